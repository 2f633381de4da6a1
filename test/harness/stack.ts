import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { migrate } from '../../src/database/migrate.js';
import type { EmbeddedServices } from '../../src/embedded/embedded-services.js';
import { startEmbeddedServices } from '../../src/embedded/embedded-services.js';
import { copyTemplate, type TestDatabase } from '../../src/testing/test-database.js';
import { sharedTestServers, type TestServers } from '../../src/testing/test-servers.js';

export { type TestDatabase, uniquePrefix } from '../../src/testing/test-database.js';

function testServers(): TestServers {
  const servers = sharedTestServers();
  if (!servers)
    throw new Error('There is no test stack: does jest.config.mjs name test/harness/global-setup.ts?');
  return servers;
}

/** A migrated, empty database of its own: a copy that takes some 30 ms. */
export const createDatabase = (): Promise<TestDatabase> => copyTemplate(testServers());

/** The Redis of this run, in a database of its own for each jest worker. */
export function redisUrl(): string {
  const url = new URL(testServers().redisUrl);
  url.pathname = `/${process.env.JEST_WORKER_ID ?? '1'}`;
  return url.href;
}

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
