import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { migrate } from '../src/database/migrate.js';
import { type EmbeddedServices, startEmbeddedServices } from '../src/embedded/embedded-services.js';
import { AppProcess } from '../test/harness/app-process.js';
import { ServerProcess } from './baselines/server-process.js';
import { SECRET } from './load/prepared-requests.js';

/** Postgres and Redis with their durable settings, and whatever a measurement starts on them. */
export class BenchStack {
  private readonly running: { stop(): Promise<unknown> }[] = [];

  private constructor(
    readonly dir: string,
    readonly servers: EmbeddedServices,
    readonly db: Client,
  ) {}

  static async start(): Promise<BenchStack> {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-bench-'));
    const servers = await startEmbeddedServices({ dir, temporary: true, database: 'turnpike' });
    await migrate(servers.databaseUrl);
    const db = new Client({ connectionString: servers.databaseUrl });
    await db.connect();
    return new BenchStack(dir, servers, db);
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
          PROCESS_MODE: 'both',
          STRIPE_DIRECT_WEBHOOK_SECRETS: SECRET,
          ADMIN_BOOTSTRAP_KEY: 'bench'.repeat(8),
          DATA_DIR: path.join(this.dir, 'app'),
          LOG_LEVEL: 'info',
          SWEEP_GRACE_MS: '15000', // the default
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

  async stop(): Promise<void> {
    await Promise.allSettled(this.running.map((server) => server.stop()));
    await this.db.end();
    await this.servers.stop();
  }
}
