import type { EventEmitter } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { lastValueFrom, throwError } from 'rxjs';
import { DataSource } from 'typeorm';
import { StoreErrorsInterceptor } from '../../src/admin-access/store-errors.interceptor.js';
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
  });
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
  });

  it('whose connection was lost between two statements is told to try again, not of a mistake of ours', async () => {
    const dataSource = app.nest.get(DataSource);
    const runner = dataSource.createQueryRunner();
    const connection = (await runner.connect()) as EventEmitter;
    await runner.startTransaction();
    const [backend] = (await runner.query('SELECT pg_backend_pid() AS pid')) as { pid: number }[];
    const lost = new Promise((resolve) => connection.once('end', resolve));
    await dataSource.query('SELECT pg_terminate_backend($1)', [backend?.pid]);
    await lost;
    const error: unknown = await runner.query('SELECT 1').catch((reason: unknown) => reason);
    const answer = new StoreErrorsInterceptor().intercept({} as ExecutionContext, {
      handle: () => throwError(() => error),
    });
    await expect(lastValueFrom(answer)).rejects.toMatchObject({ status: 503, code: 'store_unavailable' });
    await runner.release();
  });
});
