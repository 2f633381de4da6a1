import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ConfigurationError, loadConfig } from './config/env.js';
import { createApp } from './create-app.js';
import { HandlerRegistrationError } from './event-handlers/handler-registry.js';
import { LOGGER, type Logger } from './logging/logger.js';

/** What V8 is told of its heap; docs/adr/0009-what-storing-costs.md has the figures. */
const V8_FLAGS = [
  // V8 puts what comes from places whose objects tend to live on among its old objects at once. Here such a place is each
  // request: everything that its old object names outlives it too, until the next full collection.
  '--no-allocation-site-pretenuring',
  // A full collection takes two processors for 40 ms. V8 makes one as soon as the old objects are a third more than after
  // the last, which is every two seconds here; let them become three times as much.
  '--heap-growing-percent=200',
];

/**
 * Runs a process until SIGTERM or SIGINT, then finishes what is in flight and exits with 0. Once it listens, it sends
 * `'ready'` to a process that started it with a channel: `npm start`, or pm2 with `wait_ready`. What is wrong at the
 * start is said in words, not in a stack trace.
 */
export async function serve(env: NodeJS.ProcessEnv, features?: Type[]): Promise<NestExpressApplication> {
  V8_FLAGS.forEach(setFlagsFromString);
  try {
    const config = loadConfig(env);
    const app = await createApp(config, features);
    app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
    await app.listen(config.PORT, config.HOST);
    app.get<Logger>(LOGGER).info({ role: config.ROLE, url: await app.getUrl() }, 'listening');
    process.send?.('ready', undefined, undefined, () => undefined); // the starter may be gone
    return app;
  } catch (error) {
    console.error(explain(error));
    process.exit(1);
  }
}

/** Network errors, and the SQLSTATEs of a refused login or an unknown database. */
const UNREACHABLE = /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNRESET|28000|28P01|3D000)$/;
const EXAMPLE = 'postgresql://turnpike:secret@db.internal:5432/turnpike';

function explain(error: unknown): string {
  if (error instanceof ConfigurationError || error instanceof HandlerRegistrationError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && UNREACHABLE.test(code)) {
    return `Postgres cannot be used (${error.message || code}): check DATABASE_URL, for example DATABASE_URL=${EXAMPLE}`;
  }
  if (code === 'EADDRINUSE') return `${error.message}: set PORT to a free port, for example PORT=4243`;
  return error.stack ?? error.message;
}
