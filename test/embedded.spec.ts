import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import type { EmbeddedServices } from '../src/embedded/embedded-services.js';
import { startEmbeddedServices } from '../src/embedded/embedded-services.js';
import { FolderInUseError } from '../src/embedded/folder-lock.js';
import { isRunning } from '../src/embedded/processes.js';
import { Lines } from './harness/lines.js';

let dir: string;
let log: Lines;
const started = new Set<EmbeddedServices>();

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-embedded-'));
  log = new Lines();
});

afterEach(async () => {
  await Promise.all([...started].map(stop));
  rmSync(dir, { recursive: true, force: true });
});

type Options = Partial<Parameters<typeof startEmbeddedServices>[0]>;

async function start(options: Options = {}): Promise<EmbeddedServices> {
  const services = await startEmbeddedServices({
    dir,
    database: 'shop',
    log: log.add,
    postgresSettings: { fsync: 'off' },
    ...options,
  });
  started.add(services);
  return services;
}

async function stop(services: EmbeddedServices): Promise<void> {
  started.delete(services);
  await services.stop();
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 500, query_timeout: 500 });
  client.on('error', () => {});
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    void client.end().catch(() => {}); // of a frozen server: it would wait
  }
}

async function redis<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { maxRetriesPerRequest: 0, commandTimeout: 500, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    return await work(client);
  } finally {
    client.disconnect();
  }
}

const processes = () => JSON.parse(readFileSync(`${dir}/processes.json`, 'utf8')) as Record<string, never>;

test('data, addresses and passwords survive a stop and a start', async () => {
  const first = await start();
  await query(first.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await redis(first.redisUrl, (client) => client.set('kept', 'yes'));
  const running = Object.values(processes());
  await stop(first);
  expect(running).toHaveLength(3);
  expect(running.filter(isRunning)).toEqual([]);

  const second = await start();
  expect([second.databaseUrl, second.redisUrl]).toEqual([first.databaseUrl, first.redisUrl]);
  expect(await query(second.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  expect(await redis(second.redisUrl, (client) => client.get('kept'))).toBe('yes');
});

test('a server that dies is started again by itself, with its data', async () => {
  const services = await start();
  await query(services.databaseUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
  await redis(services.redisUrl, (client) => client.set('kept', 'yes'));
  const before = [services.postgres.pid, services.redis.pid];
  await Promise.all([services.postgres.kill(), services.redis.kill()]);
  await Promise.all([log.until(/^Postgres runs again/), log.until(/^Redis runs again/)]);
  expect([services.postgres.pid, services.redis.pid]).not.toEqual(before);
  expect(await query(services.databaseUrl, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  expect(await redis(services.redisUrl, (client) => client.get('kept'))).toBe('yes');
});

test('without autoRestart a killed server stays down until it is started', async () => {
  const services = await start({ autoRestart: false });
  await services.postgres.kill();
  expect(services.postgres.pid).toBeUndefined();
  await expect(query(services.databaseUrl, 'SELECT')).rejects.toThrow('ECONNREFUSED');
  await services.postgres.start();
  expect(await query(services.databaseUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a frozen server keeps its connections and answers after it was thawed', async () => {
  const services = await start();
  services.postgres.freeze();
  services.redis.freeze();
  await expect(query(services.databaseUrl, 'SELECT')).rejects.toThrow(/timeout/i);
  await expect(redis(services.redisUrl, (client) => client.ping())).rejects.toThrow(/timed out|closed/);
  services.postgres.thaw();
  services.redis.thaw();
  expect(await query(services.databaseUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  expect(await redis(services.redisUrl, (client) => client.ping())).toBe('PONG');
});

test('a frozen server can be stopped and killed', async () => {
  const services = await start({ autoRestart: false });
  services.postgres.freeze();
  services.redis.freeze();
  await services.postgres.kill();
  await services.postgres.start(); // nobody is left in its data
  services.postgres.freeze();
  const running = Object.values(processes());
  await stop(services);
  expect(running.filter(isRunning)).toEqual([]);
});

test('a folder in use is refused, and its servers are left alone', async () => {
  const services = await start();
  await expect(start()).rejects.toThrow(FolderInUseError);
  expect(await query(services.databaseUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('only what is asked for is started', async () => {
  const services = await start({ only: ['redis'] });
  expect(await redis(services.redisUrl, (client) => client.ping())).toBe('PONG');
  expect(() => services.databaseUrl).toThrow('postgres was not among the services to start');
  expect(existsSync(`${dir}/postgres`)).toBe(false);
});

test('an aborted start leaves nothing running and nothing half made', async () => {
  const abort = new AbortController();
  const starting = start({ signal: abort.signal });
  await log.until(/^Creating the Postgres data/);
  abort.abort(new Error('changed my mind'));
  await expect(starting).rejects.toThrow('changed my mind');
  expect(existsSync(`${dir}/postgres`)).toBe(false);
  expect(existsSync(`${dir}/processes.json`)).toBe(false);
  const services = await start();
  expect(await query(services.databaseUrl, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a temporary folder goes with its servers', async () => {
  await stop(await start({ temporary: true }));
  expect(existsSync(dir)).toBe(false);
});

test('data of another Postgres version is refused with what to do', async () => {
  await stop(await start({ only: ['postgres'] }));
  const versionFile = `${dir}/postgres/PG_VERSION`;
  rmSync(versionFile);
  writeFileSync(versionFile, '15\n');
  await expect(start({ only: ['postgres'] })).rejects.toThrow(/made by Postgres 15.*Move the folder away/);
});
