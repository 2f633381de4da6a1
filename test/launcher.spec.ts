import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { runningServices } from '../src/embedded/development-settings.js';
import { freePort } from '../src/embedded/ports.js';
import { sendSignal, waitUntil } from '../src/embedded/processes.js';
import { Launcher, processesOf } from './harness/launcher.js';
import { createDatabase, redisUrl, uniquePrefix } from './harness/stack.js';

// These tests run the real `npm start` on folders of their own. They find left-over processes through /proc.
const onLinux = process.platform === 'linux' ? describe : describe.skip;
const deadline = 240_000;

let dataDir: string;
let port: number;
const launchers = new Set<Launcher>();

beforeEach(async () => {
  dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-launcher-'));
  port = await freePort();
});

afterEach(async () => {
  for (const launcher of launchers) launcher.signal('SIGKILL');
  launchers.clear();
  try {
    await expectNothingRuns();
  } finally {
    for (const pid of processesOfFolder()) sendSignal(pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true });
  }
});

/** `npm start` on the folder and port of this test. */
function launch(env: NodeJS.ProcessEnv = {}, command?: readonly string[]): Launcher {
  const launcher = new Launcher({ dataDir, port, env, ...(command && { command }) });
  launchers.add(launcher);
  return launcher;
}

const health = async (name: 'live' | 'ready') =>
  (await fetch(`http://127.0.0.1:${port}/health/${name}`)).status;

const processesOfFolder = (): number[] => processesOf(dataDir).map(({ pid }) => pid);

async function expectNothingRuns(): Promise<void> {
  await waitUntil(() => processesOfFolder().length === 0, 60_000);
  expect(processesOfFolder()).toEqual([]);
}

const noted = (name: string): number =>
  (JSON.parse(readFileSync(`${dataDir}/processes.json`, 'utf8')) as Record<string, { pid: number }>)[name]
    ?.pid ?? NaN;

/** For the launcher: ends it and its guard with `kill -9` once the app runs and is to be noted. */
const endsUnnoted = `
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  const { renameSync, readFileSync } = fs;
  fs.renameSync = (from, to) => {
    const processes = to.endsWith('/processes.json') ? JSON.parse(readFileSync(from)) : {};
    if (processes.app) for (const pid of [processes.guard.pid, process.pid]) process.kill(pid, 'SIGKILL');
    renameSync(from, to);
  };
  syncBuiltinESMExports();`;

async function query(text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: runningServices(dataDir)?.databaseUrl });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

onLinux('npm start', () => {
  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'serves without any configuration, and ends with everything it started on %s',
    async (signal) => {
      const launcher = await launch().ready();
      expect(await health('ready')).toBe(200);
      expect(runningServices(dataDir)).toMatchObject({ port });
      launcher.signal(signal);
      expect(await launcher.exitCode).toBe(0);
      expect(processesOfFolder()).toEqual([]);
      expect(runningServices(dataDir)).toBeUndefined();
      expect(launcher.output.text).toContain('npx turnpike send payment_intent.succeeded');
      expect(launcher.output.text).toContain(
        `stripe listen --all-snapshot --forward-to localhost:${port}/webhook`,
      );
    },
    deadline,
  );

  test(
    'killed with -9 it leaves no process behind and loses no data',
    async () => {
      const first = await launch().ready();
      await query('CREATE TABLE kept AS SELECT 42 AS answer');
      first.signal('SIGKILL');
      await expectNothingRuns();
      await launch().ready(); // despite its stale lock and pid files
      expect(await query('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    },
    deadline,
  );

  test(
    'after its guard was killed as well, the next start stops the leftovers and takes over',
    async () => {
      const first = await launch().ready();
      await query('CREATE TABLE kept AS SELECT 42 AS answer');
      const leftovers = ['app', 'postgres', 'redis'].map(noted);
      sendSignal(noted('guard'), 'SIGKILL');
      first.signal('SIGKILL');
      await first.exited;
      expect(processesOfFolder()).toEqual(expect.arrayContaining(leftovers));
      await launch().ready(); // on the same port, which a left-over app had
      expect(processesOfFolder().filter((pid) => leftovers.includes(pid))).toEqual([]);
      expect(await query('SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
    },
    deadline,
  );

  test(
    'killed with its guard after it started the app and before it noted that, it leaves no app behind',
    async () => {
      const first = launch({
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(endsUnnoted)}`,
      });
      await first.exited;
      const apps = () => processesOf(dataDir).filter(({ command }) => command.includes('dist/src/main.js'));
      await waitUntil(() => apps().length === 0, 60_000);
      expect(apps()).toEqual([]);
      expect(first.output.text).toContain('Starting the app');
      await launch().ready(); // on the same port
    },
    deadline,
  );

  test(
    'stops with everything when the npm that runs it is killed with -9, or gets a Ctrl-C',
    async () => {
      const npm = ['npm', 'start', '--silent'];
      const killed = await launch({}, npm).ready();
      killed.signal('SIGKILL');
      await expectNothingRuns();

      const interrupted = await launch({}, npm).ready();
      process.kill(-interrupted.pid, 'SIGINT'); // to the whole group, as a terminal does
      await interrupted.exited;
      expect(processesOfFolder()).toEqual([]);
    },
    deadline,
  );

  test(
    'a second one on the same folder is refused with the process to stop, and does the first no harm',
    async () => {
      const first = await launch().ready();
      const second = launch({ PORT: String(await freePort()) });
      expect(await second.exitCode).toBe(1);
      expect(second.output.text).toContain(`already runs on ${dataDir} (process ${first.pid})`);
      expect(await health('ready')).toBe(200);
    },
    deadline,
  );

  test(
    'a taken port is refused by the name of its variable before anything is started',
    async () => {
      const other = createServer().listen(port, '127.0.0.1');
      const launcher = launch();
      expect(await launcher.exitCode).toBe(1);
      expect(launcher.output.text).toMatch(new RegExp(`Port ${port} is taken .* PORT=${port + 1} npm start`));
      expect(existsSync(`${dataDir}/postgres`)).toBe(false);
      expect(processesOfFolder()).toEqual([]);
      other.close();
    },
    deadline,
  );

  test(
    'does not take the answer of another program on its port, taken meanwhile, for its own',
    async () => {
      const launcher = launch();
      await launcher.output.until(/Migrating the database/);
      const other = createHttpServer((_, response) => response.end()).listen(port, '127.0.0.1');
      expect(await launcher.exitCode).toBe(1);
      expect(launcher.output.text).toMatch(/address already in use[^]*PORT[^]*instead of starting/);
      expect(launcher.output.text).not.toContain('Turnpike is ready');
      other.close();
    },
    deadline,
  );

  test(
    'a wrong configuration is refused with all its problems before anything is started',
    async () => {
      const launcher = launch({ PORT: 'eighty', LOG_LEVEL: 'loud' });
      expect(await launcher.exitCode).toBe(1);
      expect(launcher.output.text).toMatch(/2 problem\(s\)[^]*PORT[^]*LOG_LEVEL/);
      expect(readdirSync(dataDir)).toEqual([]);
    },
    deadline,
  );

  test(
    'Postgres and Redis come back when they are killed underneath',
    async () => {
      const launcher = await launch().ready();
      for (const server of ['postgres', 'redis']) sendSignal(noted(server), 'SIGKILL');
      await Promise.all([
        launcher.output.until(/Postgres runs again/),
        launcher.output.until(/Redis runs again/),
      ]);
      expect(await waitUntil(async () => (await health('ready')) === 200, 60_000)).toBe(true);
    },
    deadline,
  );

  test(
    'ends with everything and exit code 1 when the app ends by itself',
    async () => {
      const launcher = await launch().ready();
      sendSignal(noted('app'), 'SIGKILL');
      expect(await launcher.exitCode).toBe(1);
      expect(launcher.output.text).toContain('The app has ended by itself');
      expect(processesOfFolder()).toEqual([]);
    },
    deadline,
  );

  test(
    'uses DATABASE_URL and REDIS_URL where they are given, and starts no server of its own',
    async () => {
      const database = await createDatabase();
      const prefix = uniquePrefix();
      const given = { DATABASE_URL: database.url, REDIS_URL: redisUrl(), QUEUE_PREFIX: prefix };
      const launcher = await launch(given).ready();
      expect(await health('ready')).toBe(200);
      expect(runningServices(dataDir)).toMatchObject({ databaseUrl: database.url, redisUrl: redisUrl() });
      expect(readdirSync(dataDir)).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(postgres|redis)$/)]),
      );
      launcher.signal('SIGTERM');
      expect(await launcher.exitCode).toBe(0);
      await database.drop();
      const redis = new Redis(redisUrl());
      const keys = await redis.keys(`${prefix}*`);
      if (keys.length > 0) await redis.del(keys);
      redis.disconnect();
    },
    deadline,
  );

  test(
    'a secret from the environment wins over the generated one',
    async () => {
      const launcher = await launch({ STRIPE_DIRECT_WEBHOOK_SECRETS: 'whsec_mine' }).ready();
      const environment = readFileSync(`/proc/${noted('app')}/environ`, 'utf8').split('\0');
      expect(environment).toContain('STRIPE_DIRECT_WEBHOOK_SECRETS=whsec_mine');
      expect(environment.join('\n')).toMatch(/^STRIPE_CONNECT_WEBHOOK_SECRETS=whsec_\w{32,}$/m);
      launcher.signal('SIGTERM');
      await launcher.exited;
    },
    deadline,
  );
});
