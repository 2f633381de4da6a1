import { mkdtempSync } from 'node:fs';
import Module from 'node:module';
import os from 'node:os';
import path from 'node:path';

const template = 'turnpike_template';

/** Starts one Postgres and one Redis for the whole run, with a migrated database that tests get copies of. */
export default async function globalSetup(): Promise<void> {
  resolveLikeJest();
  const { startEmbeddedServices } = await import('../../src/embedded/embedded-services.js');
  const { migrate } = await import('../../src/database/migrate.js');
  const { Client } = await import('pg');
  const services = await startEmbeddedServices({
    dir: mkdtempSync(path.join(os.tmpdir(), 'turnpike-test-')),
    temporary: true,
    database: template,
    autoRestart: false,
    postgresSettings: { fsync: 'off', max_connections: '300' },
    log: (line) => console.error(line),
  });
  try {
    await migrate(services.databaseUrl);
    const serverUrl = new URL(services.databaseUrl);
    serverUrl.pathname = '/postgres';
    const client = new Client({ connectionString: serverUrl.href });
    await client.connect();
    // Postgres copies a database only while nobody is connected to it.
    await client.query(`ALTER DATABASE ${template} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`);
    await client.end();
    const stack = { serverUrl: serverUrl.href, template, redisUrl: services.redisUrl };
    process.env.TURNPIKE_TEST_STACK = JSON.stringify(stack);
    (globalThis as { stopTestStack?: () => Promise<void> }).stopTestStack = () => services.stop();
  } catch (error) {
    await services.stop();
    throw error;
  }
}

/** Jest finds `./x.ts` for `./x.js` in tests, but not in what its global setup imports. */
function resolveLikeJest(): void {
  const loader = Module as unknown as { _resolveFilename(request: string, ...rest: unknown[]): string };
  const resolve = loader._resolveFilename;
  loader._resolveFilename = function resolveTypeScript(request, ...rest) {
    try {
      return resolve.call(this, request, ...rest);
    } catch (error) {
      if (!/^\.{1,2}\/.*\.js$/.test(request)) throw error;
      return resolve.call(this, request.replace(/\.js$/, '.ts'), ...rest);
    }
  };
}
