import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { inheritedEnvironment } from '../config/env.js';
import { migrate } from '../database/migrate.js';
import { startEmbeddedServices } from '../embedded/embedded-services.js';
import { onServer } from './test-database.js';

/** The variable by which the processes of one test run learn of its servers. */
const VARIABLE = 'TURNPIKE_TEST_STACK';

const TEMPLATE = 'turnpike_template';

/** The servers that the tests of a run share. */
export interface TestServers {
  /** Of Postgres, as a user who may make databases. */
  readonly serverUrl: string;
  /** A migrated, empty database that copies are made of. */
  readonly template: string;
  readonly redisUrl: string;
}

/** Servers that were started for a whole run. */
export interface StartedTestServers {
  readonly servers: TestServers;
  /** What the processes that run the tests must have in their environment, to use these servers. */
  readonly environment: Readonly<Record<string, string>>;
  /** Stops the servers and removes their data. The end of this process does so, too, however it comes. */
  stop(): Promise<void>;
}

/**
 * Starts one Postgres and one Redis for a whole run of tests, in some two seconds. Call it where your test runner lets
 * you do something once; a harness that finds no such servers starts its own.
 *
 * @param log - told what takes long, such as the first download of Redis
 * @throws when a server cannot run here, with what to do
 * @example
 * const { environment, stop } = await startTestServers();
 * Object.assign(process.env, environment);
 */
export async function startTestServers(log?: (line: string) => void): Promise<StartedTestServers> {
  const services = await startEmbeddedServices({
    dir: mkdtempSync(path.join(os.tmpdir(), 'turnpike-test-')),
    temporary: true,
    database: TEMPLATE,
    autoRestart: false,
    postgresSettings: { fsync: 'off', max_connections: '300' },
    ...(log && { log }),
  });
  try {
    await migrate(services.databaseUrl);
    const url = new URL(services.databaseUrl);
    url.pathname = '/postgres';
    // Postgres copies a database only while nobody is connected to it.
    await onServer(url.href, `ALTER DATABASE ${TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    const servers = { serverUrl: url.href, template: TEMPLATE, redisUrl: services.redisUrl };
    return { servers, environment: { [VARIABLE]: JSON.stringify(servers) }, stop: () => services.stop() };
  } catch (error) {
    await services.stop();
    throw error;
  }
}

/** The servers of this run; `undefined` when nobody has started any. */
export function sharedTestServers(): TestServers | undefined {
  const text = inheritedEnvironment()[VARIABLE];
  return text ? (JSON.parse(text) as TestServers) : undefined;
}

let own: { started: Promise<StartedTestServers>; users: number } | undefined;

/** The servers of this run or, where it has none, some that live as long as somebody in this process uses them. */
export async function useTestServers(): Promise<{ servers: TestServers; release: () => Promise<void> }> {
  const shared = sharedTestServers();
  if (shared) return { servers: shared, release: () => Promise.resolve() };
  const mine = (own ??= { started: startTestServers((line) => process.stderr.write(`${line}\n`)), users: 0 });
  mine.users += 1;
  const release = async () => {
    mine.users -= 1;
    if (mine.users > 0) return;
    if (own === mine) own = undefined;
    const started = await mine.started.catch(() => undefined);
    await started?.stop();
  };
  try {
    return { servers: (await mine.started).servers, release };
  } catch (error) {
    await release();
    throw error;
  }
}
