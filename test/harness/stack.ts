import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { migrate } from '../../src/database/migrate.js';
import type { EmbeddedServices } from '../../src/embedded/embedded-services.js';
import { startEmbeddedServices } from '../../src/embedded/embedded-services.js';

/** What global-setup.ts says about the servers of this run. */
interface TestStack {
  readonly serverUrl: string;
  readonly template: string;
  readonly redisUrl: string;
}

function testStack(): TestStack {
  const text = process.env.TURNPIKE_TEST_STACK;
  if (!text)
    throw new Error('There is no test stack: does jest.config.mjs name test/harness/global-setup.ts?');
  return JSON.parse(text) as TestStack;
}

const random = () => randomBytes(4).toString('hex');

/** A database of one test file. */
export interface TestDatabase {
  readonly url: string;
  /** Removes it, closing the connections that are still open. */
  drop(): Promise<void>;
}

/** A migrated, empty database of its own: a copy that takes some 30 ms. */
export async function createDatabase(): Promise<TestDatabase> {
  const { serverUrl, template } = testStack();
  const name = `test_${random()}`;
  await onServer(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => onServer(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function onServer(serverUrl: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The Redis of this run, in a database of its own for each jest worker. */
export function redisUrl(): string {
  const url = new URL(testStack().redisUrl);
  url.pathname = `/${process.env.JEST_WORKER_ID ?? '1'}`;
  return url.href;
}

/** A key prefix nobody else uses, such as `{t_1a2b3c4d}`. */
export const uniquePrefix = () => `{t_${random()}}`;

/**
 * Servers of its own, migrated, for tests that kill, freeze or flush them. `stop()` removes them with their data; so
 * does the end of this process, however it comes.
 */
export async function startPrivateStack(
  options: { autoRestart?: boolean; postgresSettings?: Record<string, string> } = {},
): Promise<EmbeddedServices> {
  const services = await startEmbeddedServices({
    dir: mkdtempSync(path.join(os.tmpdir(), 'turnpike-private-')),
    temporary: true,
    database: 'turnpike',
    autoRestart: options.autoRestart ?? false,
    postgresSettings: { fsync: 'off', ...options.postgresSettings }, // a killed process loses nothing by that
  });
  try {
    await migrate(services.databaseUrl);
    return services;
  } catch (error) {
    await services.stop();
    throw error;
  }
}
