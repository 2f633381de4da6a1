import { randomBytes } from 'node:crypto';
import type { Log } from './data-folder.js';
import { DataFolder } from './data-folder.js';
import { readJson, writeJson } from './json-file.js';
import { freePort, isPortFree } from './ports.js';
import { ensureDatabase, postgresUrl, preparePostgres } from './postgres.js';
import { prepareRedis, redisUrl } from './redis.js';
import type { Service } from './service.js';

export type ServiceKind = 'postgres' | 'redis';

export interface EmbeddedServicesOptions {
  /** The database to have; it is created where it is missing. */
  readonly database: string;
  /** Settings of `postgresql.conf` that differ from the durable ones. */
  readonly postgresSettings?: Record<string, string>;
  /** Whether a server that dies is started again. Default: `true`. */
  readonly autoRestart?: boolean;
  /** Which servers to start. Default: both. */
  readonly only?: readonly ServiceKind[];
  /** Gives up the start when aborted; then nothing is left running. */
  readonly signal?: AbortSignal;
}

interface Settings {
  password: string;
  postgresPort: number;
  redisPort: number;
}

/**
 * Starts real Postgres and Redis servers as child processes, with their data in a folder, on loopback. Nothing needs
 * to be installed. However this process ends, they end too.
 *
 * @param options - with `dir`, the data folder; `temporary` removes it at the end
 * @throws FolderInUseError when another process has the folder; an error that says what to do when a server cannot run
 * @example
 * const services = await startEmbeddedServices({ dir: '.data', database: 'turnpike', log: console.log });
 * console.log(services.databaseUrl, services.redisUrl);
 * await services.stop();
 */
export async function startEmbeddedServices(
  options: EmbeddedServicesOptions & {
    readonly dir: string;
    readonly log?: Log;
    readonly temporary?: boolean;
  },
): Promise<EmbeddedServices> {
  const folder = await DataFolder.take(options.dir, options.log, options.temporary);
  return startServicesIn(folder, options);
}

/** The same in a folder this process has taken already. When it fails, the folder is released. */
export async function startServicesIn(
  folder: DataFolder,
  {
    database,
    postgresSettings = {},
    autoRestart = true,
    only = ['postgres', 'redis'],
    signal,
  }: EmbeddedServicesOptions,
): Promise<EmbeddedServices> {
  const services: Service[] = [];
  const stopAll = () => Promise.all(services.map((service) => service.stop()));
  const onAbort = () => void stopAll();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const { password, postgresPort, redisPort } = await settingsOf(folder);
    const redisOptions = { password, autoRestart, signal, port: redisPort };
    const postgresOptions = { password, autoRestart, signal, port: postgresPort, settings: postgresSettings };
    const redis = only.includes('redis') ? await prepareRedis(folder, redisOptions) : undefined;
    const postgres = only.includes('postgres') ? await preparePostgres(folder, postgresOptions) : undefined;
    signal?.throwIfAborted();
    services.push(...[redis, postgres].filter((service) => service !== undefined));
    await Promise.all(services.map((service) => service.start()));
    if (postgres) await ensureDatabase(postgresUrl(postgresOptions, 'postgres'), database);
    signal?.throwIfAborted();
    return new EmbeddedServices(folder, {
      postgres: postgres && { service: postgres, url: postgresUrl(postgresOptions, database) },
      redis: redis && { service: redis, url: redisUrl(redisOptions) },
    });
  } catch (error) {
    await stopAll();
    folder.release();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

type Started = { readonly service: Service; readonly url: string } | undefined;

/** The running servers of one data folder. */
export class EmbeddedServices {
  constructor(
    private readonly folder: DataFolder,
    private readonly started: Readonly<Record<ServiceKind, Started>>,
  ) {}

  get databaseUrl(): string {
    return this.get('postgres').url;
  }

  get redisUrl(): string {
    return this.get('redis').url;
  }

  get postgres(): Service {
    return this.get('postgres').service;
  }

  get redis(): Service {
    return this.get('redis').service;
  }

  /** Stops the servers and gives the folder back. */
  async stop(): Promise<void> {
    await Promise.all(Object.values(this.started).map(async (started) => started?.service.stop()));
    this.folder.release();
  }

  private get(kind: ServiceKind): NonNullable<Started> {
    const started = this.started[kind];
    if (!started) throw new Error(`${kind} was not among the services to start`);
    return started;
  }
}

/** The same password and, where they are free, the same ports as last time: what was noted elsewhere stays true. */
async function settingsOf(folder: DataFolder): Promise<Settings> {
  const file = `${folder.path}/services.json`;
  const last = readJson<Partial<Settings>>(file);
  const port = async (wanted: number | undefined) =>
    wanted && (await isPortFree(wanted, '127.0.0.1')) ? wanted : freePort();
  const postgresPort = await port(last?.postgresPort);
  let redisPort = await port(last?.redisPort);
  while (redisPort === postgresPort) redisPort = await freePort();
  const settings = {
    password: last?.password ?? randomBytes(18).toString('base64url'),
    postgresPort,
    redisPort,
  };
  writeJson(file, settings);
  return settings;
}
