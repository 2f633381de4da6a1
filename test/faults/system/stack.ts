import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client, Pool } from 'pg';
import { migrate } from '../../../src/database/migrate.js';
import { type EmbeddedServices, startEmbeddedServices } from '../../../src/embedded/embedded-services.js';
import { appEnvironment, EFFECT_TABLE } from './app-environment.js';
import type { Installation, Launch } from './installation.js';
import { Member } from './member.js';
import { Outside } from './outside.js';
import { SigningKeys } from './signing-keys.js';
import { SmallDisk } from './small-disk.js';

/** Whom the processes connect as: an ordinary user, whom limits apply to. */
const APP_USER = 'faults_app';
const APP_PASSWORD = 'faults';
const DATABASE = 'faults';

const postgresSettings = {
  fsync: 'off', // a killed process loses nothing by that
  max_wal_size: '128MB',
  log_min_messages: 'warning',
  log_line_prefix: '%m [%p] %a ',
};

/** The system under test: two processes that receive, two that work, Postgres, Redis, and somebody to call. */
export class Stack implements Installation {
  readonly keys = new SigningKeys();
  members: Member[] = [];

  private constructor(
    readonly dir: string,
    readonly disk: SmallDisk | undefined,
    readonly servers: EmbeddedServices,
    readonly outside: Outside,
    private readonly databaseUrl: string,
    private readonly pool: Pool,
  ) {}

  static async start(): Promise<Stack> {
    const dir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-faults-'));
    mkdirSync(path.join(dir, 'log'));
    const disk = SmallDisk.make(path.join(dir, 'disk'));
    const servers = await startEmbeddedServices({
      dir: path.join(dir, 'disk', 'servers'),
      temporary: true,
      database: 'turnpike',
      autoRestart: false,
      postgresSettings,
    });
    const url = new URL(servers.databaseUrl);
    await makeDatabase(url.href);
    url.pathname = `/${DATABASE}`;
    const admin = new Pool({ connectionString: url.href, max: 3, connectionTimeoutMillis: 30_000 });
    admin.on('error', () => undefined);
    url.username = APP_USER;
    url.password = APP_PASSWORD;
    await migrate(url.href);
    const stack = new Stack(dir, disk, servers, await Outside.start(), url.href, admin);
    await admin.query(`SET ROLE ${APP_USER}; ${EFFECT_TABLE}; RESET ROLE`);
    const wanted = ['api', 'worker'].flatMap((role) =>
      [0, 1].map((i) => [role as Member['role'], i] as const),
    );
    stack.members = await Promise.all(wanted.map(([role, i]) => stack.member(role, i)));
    return stack;
  }

  addressOf(api: number): string {
    return this.members.find(({ name }) => name === `api ${api}`)?.address ?? '';
  }

  keepLogs(folder: string): void {
    for (const logs of ['log', 'disk/servers/log']) {
      cpSync(path.join(this.dir, logs), folder, { recursive: true });
    }
  }

  /** Nobody launches anything here. */
  takeLaunches(): Launch[] {
    return [];
  }

  async query<R extends object>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.pool.query(text, values)).rows as R[];
  }

  /** How many connections the processes may have, all together. */
  async limitConnections(limit: number): Promise<void> {
    await this.query(`ALTER ROLE ${APP_USER} CONNECTION LIMIT ${limit}`);
  }

  /** Breaks the connections that the processes have. */
  async endConnections(): Promise<void> {
    await this.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [APP_USER]);
  }

  async heal(): Promise<void> {
    this.disk?.empty();
    for (const server of [this.servers.postgres, this.servers.redis]) {
      server.thaw();
      if (server.pid === undefined) await server.start();
    }
    await this.limitConnections(-1);
    await Promise.all(this.members.map((member) => member.heal()));
    this.keys.finish();
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.close()));
    await this.outside.stop();
    await this.pool.end();
    await this.servers.stop();
    this.disk?.remove();
    rmSync(this.dir, { recursive: true, force: true });
  }

  private member(role: Member['role'], index: number): Promise<Member> {
    return Member.start(`${role} ${index}`, role, {
      databaseUrl: this.databaseUrl,
      redisUrl: this.servers.redisUrl,
      logDir: path.join(this.dir, 'log'),
      env: () => ({ DATA_DIR: path.join(this.dir, 'app'), ...appEnvironment(this) }),
    });
  }
}

async function makeDatabase(serverUrl: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(`CREATE ROLE ${APP_USER} LOGIN PASSWORD '${APP_PASSWORD}'`);
    await client.query(`CREATE DATABASE ${DATABASE} OWNER ${APP_USER}`);
  } finally {
    await client.end();
  }
}
