import { fileURLToPath } from 'node:url';
import type { Config } from '../config/env.js';
import { inheritedEnvironment, loadConfig } from '../config/env.js';
import { AppProcess } from './app-process.js';
import { banner } from './banner.js';
import { runCommand } from './command.js';
import { DataFolder } from './data-folder.js';
import { announceServices, developmentSettings } from './development-settings.js';
import type { EmbeddedServices, ServiceKind } from './embedded-services.js';
import { startServicesIn } from './embedded-services.js';
import { freePort, isPortFree } from './ports.js';
import { step } from './progress.js';
import { StopRequests } from './stop-requests.js';

const appFile = fileURLToPath(new URL('../main.js', import.meta.url));
const cliFile = fileURLToPath(new URL('../cli/main.js', import.meta.url));
const forcedExitMs = 5_000;

const say = (line: string) => console.log(`[turnpike] ${line}`);

/**
 * `npm start`: brings up what is missing, migrates, runs the app, and stops all of it in good order.
 *
 * @param parent - the process that started this one
 * @returns the exit code: 0 after a stop that was asked for
 */
export async function launch(parent: number): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // the terminal is gone
  const env = givenEnvironment();
  const stop = new StopRequests(env.npm_lifecycle_event ? parent : undefined);
  stop.requested.addEventListener('abort', () => say('Stopping ...'));
  try {
    return await new Launch(env, checkedConfig(env), stop).run();
  } catch (error) {
    if (stop.requested.aborted) return 0;
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    stop.dispose();
  }
}

class Launch {
  constructor(
    private readonly given: NodeJS.ProcessEnv,
    private readonly config: Config,
    private readonly stop: StopRequests,
  ) {}

  async run(): Promise<number> {
    const { requested } = this.stop;
    const folder = await DataFolder.take(this.config.DATA_DIR, say);
    const { port, generated } = await this.prepare(folder);
    const services = await startServicesIn(folder, {
      database: 'turnpike',
      only: this.missingServices(),
      signal: requested,
    });
    try {
      const env = { ...generated, ...this.given, ...this.serviceUrls(services), PORT: String(port) };
      await step(say, 'Migrating the database', () =>
        runCommand(folder, { program: process.execPath, args: [cliFile, 'migrate'], env }, requested),
      );
      return await this.runApp(folder, env, port);
    } finally {
      announceServices(folder.path, undefined);
      await services.stop();
    }
  }

  /** Looks for reasons not to start before anything slow begins. */
  private async prepare(folder: DataFolder): Promise<{ port: number; generated: NodeJS.ProcessEnv }> {
    try {
      announceServices(folder.path, undefined); // a killed run could not take its own back
      return { port: await this.checkPort(), generated: this.generatedSettings() };
    } catch (error) {
      folder.release();
      throw error;
    }
  }

  private async runApp(folder: DataFolder, env: AppEnvironment, port: number): Promise<number> {
    const { requested, forced } = this.stop;
    requested.throwIfAborted();
    say('Starting the app ...');
    const app = new AppProcess(folder, appFile, env);
    const stopped = new Promise<void>((resolve) => {
      requested.addEventListener('abort', () => resolve(), { once: true });
    });
    try {
      await app.listens(requested);
      announceServices(this.config.DATA_DIR, {
        databaseUrl: env.DATABASE_URL,
        redisUrl: env.REDIS_URL,
        port,
      });
      // performance.now() counts from the start of this process, the build included
      console.log(banner({ port, dataDir: this.config.DATA_DIR, tookMs: performance.now() }));
      const exitCode = await Promise.race([app.exited, stopped]);
      if (exitCode === undefined) return 0;
      throw new Error(`The app has ended by itself with exit code ${exitCode}; see above.`);
    } finally {
      await app.stop(this.config.SHUTDOWN_TIMEOUT_MS + forcedExitMs, forced);
    }
  }

  private missingServices(): ServiceKind[] {
    return [
      ...(this.given.DATABASE_URL ? [] : (['postgres'] as const)),
      ...(this.given.REDIS_URL ? [] : (['redis'] as const)),
    ];
  }

  private serviceUrls(services: EmbeddedServices): { DATABASE_URL: string; REDIS_URL: string } {
    return {
      DATABASE_URL: this.given.DATABASE_URL ?? services.databaseUrl,
      REDIS_URL: this.given.REDIS_URL ?? services.redisUrl,
    };
  }

  private generatedSettings(): NodeJS.ProcessEnv {
    return this.config.NODE_ENV === 'production' ? {} : developmentSettings(this.config.DATA_DIR);
  }

  private async checkPort(): Promise<number> {
    const { PORT, HOST } = this.config;
    if (PORT === 0) return freePort();
    const free = await isPortFree(PORT, HOST).catch((cause: Error) => {
      throw new Error(`Cannot listen on HOST=${HOST} PORT=${PORT}: ${cause.message}`, { cause });
    });
    if (free) return PORT;
    throw new Error(
      `Port ${PORT} is taken by another program. Stop that one, ` +
        `or choose another port with the variable PORT: PORT=${PORT + 1} npm start`,
    );
  }
}

type AppEnvironment = NodeJS.ProcessEnv & { DATABASE_URL: string; REDIS_URL: string };

/** An empty variable counts as not set. */
const givenEnvironment = (): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(inheritedEnvironment()).filter(([, value]) => value?.trim()));

/** Finds mistakes before anything slow begins: what will be generated is stood in for. */
function checkedConfig(given: NodeJS.ProcessEnv): Config {
  if (given.NODE_ENV === 'production') return loadConfig(given);
  return loadConfig({
    DATABASE_URL: 'postgresql://embedded',
    REDIS_URL: 'redis://embedded',
    STRIPE_DIRECT_WEBHOOK_SECRETS: 'generated',
    STRIPE_CONNECT_WEBHOOK_SECRETS: 'generated',
    ...given,
  });
}
