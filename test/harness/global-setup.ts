import Module from 'node:module';

/** Starts one Postgres and one Redis for the whole run, with a migrated database that tests get copies of. */
export default async function globalSetup(): Promise<void> {
  resolveLikeJest();
  const { startTestServers } = await import('../../src/testing/test-servers.js');
  const { environment, stop } = await startTestServers((line) => console.error(line));
  Object.assign(process.env, environment);
  (globalThis as { stopTestStack?: () => Promise<void> }).stopTestStack = stop;
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
