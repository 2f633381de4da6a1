import 'reflect-metadata';
import { ConfigurationError, loadConfig } from './config/env.js';
import { createApp } from './create-app.js';
import { HandlerRegistrationError } from './event-handlers/handler-registry.js';

/** Runs a process until it is told to stop. What is wrong at the start is said in words, not in a stack trace. */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  try {
    const config = loadConfig(env);
    const app = await createApp(config);
    await app.listen(config.PORT, config.HOST);
  } catch (error) {
    console.error(explain(error));
    process.exit(1);
  }
}

function explain(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof HandlerRegistrationError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `${error.message}: set PORT to a free port, for example PORT=4243`;
  return error.stack ?? error.message;
}
