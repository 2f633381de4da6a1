import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EmbeddedServices } from '../../src/embedded/embedded-services.js';
import { ADMIN_KEY } from '../harness/admin-test.js';
import { TestApp } from '../harness/app.js';
import { startPrivateStack, uniquePrefix } from '../harness/stack.js';

describe('while Postgres is away', () => {
  let servers: EmbeddedServices;
  let app: TestApp;

  beforeAll(async () => {
    servers = await startPrivateStack();
    const { databaseUrl, redisUrl } = servers;
    const env = { ADMIN_BOOTSTRAP_KEY: ADMIN_KEY };
    app = await TestApp.start({ databaseUrl, redisUrl, prefix: uniquePrefix(), features: [], env });
  }, 60_000);
  afterAll(async () => {
    await app.stop();
    await servers.stop();
  });

  const ask = async (method: string, path: string, key = ADMIN_KEY) => {
    const response = await fetch(`${app.url}/admin/${path}`, {
      method,
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      ...(method === 'POST' && { body: JSON.stringify({ name: 'x', scope: 'read' }) }),
    });
    const { code } = (await response.json()) as { code?: string };
    return [response.status, code];
  };

  it('nobody passes and nobody is told that a key is wrong; afterwards all is as before', async () => {
    expect(await ask('GET', 'keys')).toEqual([200, undefined]);
    await servers.postgres.kill();
    for (const key of [ADMIN_KEY, 'wrong']) {
      expect(await ask('GET', 'keys', key)).toEqual([503, 'store_unavailable']);
      expect(await ask('POST', 'keys', key)).toEqual([503, 'store_unavailable']);
    }
    await servers.postgres.start();
    expect(await ask('POST', 'keys')).toEqual([201, undefined]);
    expect(await ask('GET', 'keys', 'wrong')).toEqual([401, 'admin_key_missing']);
  }, 60_000);
});
