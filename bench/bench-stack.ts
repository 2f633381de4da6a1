import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { migrate } from '../src/database/migrate.js';
import { type EmbeddedServices, startEmbeddedServices } from '../src/embedded/embedded-services.js';
import { AppProcess } from '../test/harness/app-process.js';
import { NODE_OPTIONS, ServerProcess } from './baselines/server-process.js';
import { SECRET } from './load/prepared-requests.js';
import type { Section } from './section.js';
import { serverSettings } from './server-settings.js';

/** A database with what Turnpike needs in it, and the part of Redis that goes with it. */
export interface Store {
  db: Client;
  /** What makes a Turnpike use it. */
  env: Record<string, string>;
}

/** Postgres and Redis with their durable settings, and whatever a measurement starts on them. */
export class BenchStack {
  private readonly running: { stop(): Promise<unknown> }[] = [];

  private constructor(
    readonly dir: string,
    readonly servers: EmbeddedServices,
    readonly db: Client,
    readonly redis: Redis,
  ) {}

  static async start(): Promise<BenchStack> {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-bench-'));
    const servers = await startEmbeddedServices({ dir, temporary: true, database: 'turnpike' });
    await migrate(servers.databaseUrl);
    const db = new Client({ connectionString: servers.databaseUrl });
    await db.connect();
    return new BenchStack(dir, servers, db, new Redis(servers.redisUrl));
  }

  /** Another store on the same servers. */
  async store(name: string): Promise<Store> {
    await this.db.query(`CREATE DATABASE bench_${name}`);
    const url = new URL(this.servers.databaseUrl);
    url.pathname = `/bench_${name}`;
    await migrate(url.href);
    const db = new Client({ connectionString: url.href });
    await db.connect();
    this.running.push({ stop: () => db.end() });
    return { db, env: { DATABASE_URL: url.href, QUEUE_PREFIX: `{bench-${name}}` } };
  }

  /** Turnpike in a process of its own, as in production. @param features - path of a module file below bench/ */
  async turnpike(features: string, env: Record<string, string> = {}): Promise<AppProcess> {
    const { databaseUrl, redisUrl } = this.servers;
    const app = await AppProcess.start(
      {
        databaseUrl,
        redisUrl,
        prefix: '{bench}',
        env: {
          NODE_ENV: 'production',
          NODE_OPTIONS,
          PROCESS_MODE: 'both',
          STRIPE_DIRECT_WEBHOOK_SECRETS: SECRET,
          ADMIN_BOOTSTRAP_KEY: 'bench'.repeat(8),
          DATA_DIR: path.join(this.dir, 'app'),
          LOG_LEVEL: 'info',
          SWEEP_GRACE_MS: '15000', // the default
          SIGNATURE_TOLERANCE_SECONDS: '3600', // requests are signed long before they are sent
          ...env,
        },
      },
      path.join('../bench', features),
    );
    this.running.push(app);
    return app;
  }

  /** A baseline of baselines/ in a process of its own. */
  async baseline(name: string): Promise<ServerProcess> {
    const { databaseUrl, redisUrl } = this.servers;
    const server = await ServerProcess.start(name, { secret: SECRET, databaseUrl, redisUrl });
    this.running.push(server);
    return server;
  }

  /** A file for requests. */
  file(name = 'requests'): string {
    return path.join(this.dir, name);
  }

  /** How many bytes Redis uses. */
  async redisBytes(): Promise<number> {
    return Number(/^used_memory:(\d+)/m.exec(await this.redis.info('memory'))?.[1]);
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.running.map((server) => server.stop()));
    await this.db.end();
    this.redis.disconnect();
    await this.servers.stop();
  }
}

/** Runs a part of the suite on servers of its own. @throws Error when these are not durable */
export async function onStack(work: (stack: BenchStack) => Promise<Section>): Promise<Section> {
  const stack = await BenchStack.start();
  try {
    const servers = await serverSettings(stack);
    return { servers, ...(await work(stack)) };
  } finally {
    await stack.stop();
  }
}
