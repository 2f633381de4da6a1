import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { Client } from 'pg';
import { runCommand } from './command.js';
import type { DataFolder } from './data-folder.js';
import type { PostgresPrograms } from './postgres-programs.js';
import { findPostgres } from './postgres-programs.js';
import { isWorkedIn, readOrEmpty, waitUntil } from './processes.js';
import { step } from './progress.js';
import { serverEnvironment } from './server-environment.js';
import { Service } from './service.js';
import type { Unprivileged } from './unprivileged.js';
import { unprivileged } from './unprivileged.js';

const user = 'turnpike';

/** Everything durable, as in production: development finds what production would. */
const durable = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  max_wal_size: '1GB',
  checkpoint_timeout: '15min',
  max_connections: '100',
  log_checkpoints: 'off',
  track_io_timing: 'on',
  idle_in_transaction_session_timeout: '60s',
};

export interface PostgresOptions {
  readonly port: number;
  readonly password: string;
  /** Settings of `postgresql.conf` that differ from ours. */
  readonly settings: Record<string, string>;
  readonly autoRestart: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Makes the data the first time, and gives the server, not yet started. */
export async function preparePostgres(folder: DataFolder, options: PostgresOptions): Promise<Service> {
  const data = `${folder.path}/postgres`;
  const programs = findPostgres();
  const asUser = unprivileged(data);
  if (!existsSync(`${data}/PG_VERSION`)) {
    await step(folder.log, 'Creating the Postgres data (once)', () =>
      createData(folder, data, programs, asUser, options),
    );
  }
  refuseOtherVersion(data, programs);
  const settings = {
    ...durable,
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    unix_socket_directories: '',
    ...options.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const command = { program: programs.postgres, args: ['-D', data, ...flags], env: serverEnvironment() };
  return new Service(
    {
      kind: 'postgres',
      title: 'Postgres',
      command: asUser.command(command),
      beforeStart: () => nobodyIn(data),
      isReady: (pid) => saysReady(data, pid),
    },
    folder,
    options.autoRestart,
  );
}

export const postgresUrl = ({ port, password }: { port: number; password: string }, database: string) =>
  `postgresql://${user}:${password}@127.0.0.1:${port}/${database}`;

/** Creates the database unless it is there. */
export async function ensureDatabase(serverUrl: string, database: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl, connectionTimeoutMillis: 10_000 });
  client.on('error', () => {}); // a query in flight reports it
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (!rowCount) await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

/** Into a temporary folder that is renamed at the end, so that a killed initdb leaves nothing half made. */
async function createData(
  folder: DataFolder,
  data: string,
  { initdb }: PostgresPrograms,
  asUser: Unprivileged,
  { password, settings, signal }: PostgresOptions,
): Promise<void> {
  for (const name of readdirSync(folder.path)) {
    if (name.startsWith('postgres.')) rmSync(`${folder.path}/${name}`, { recursive: true, force: true });
  }
  const unfinished = `${data}.unfinished`;
  const passwordFile = `${data}.password`;
  mkdirSync(unfinished, { mode: 0o700 });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  for (const path of [unfinished, passwordFile]) asUser.own(path);
  const args = [
    `--pgdata=${unfinished}`,
    `--username=${user}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    ...(settings.fsync === 'off' ? ['--no-sync'] : []),
  ];
  try {
    const command = asUser.command({ program: initdb, args, env: serverEnvironment() });
    await runCommand(folder, command, signal);
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(unfinished, data);
}

function refuseOtherVersion(data: string, { version }: PostgresPrograms): void {
  const found = readOrEmpty(`${data}/PG_VERSION`).trim();
  if (found === version) return;
  throw new Error(
    `${data} was made by Postgres ${found}, and this is Postgres ${version}. ` +
      'Move the folder away to start with an empty database, or set DATA_DIR to another folder.',
  );
}

/** Children of a killed server take a moment to go. Then its pid file says nothing, except to mislead Postgres. */
async function nobodyIn(data: string): Promise<void> {
  if (process.platform !== 'linux') return; // Postgres itself sees to it
  if (!(await waitUntil(() => !isWorkedIn(data), 15_000))) {
    throw new Error(`Processes of another Postgres still use ${data}`);
  }
  rmSync(`${data}/postmaster.pid`, { force: true });
}

function saysReady(data: string, pid: number): boolean {
  const lines = readOrEmpty(`${data}/postmaster.pid`).split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}
