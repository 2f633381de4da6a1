import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getQueueToken } from '@nestjs/bull';
import type { Queue } from 'bull';
import type { EmbeddedServices } from '../../src/embedded/embedded-services.js';
import { RUN_QUEUE } from '../../src/event-processing/queue-policy.js';
import { ADMIN_KEY, adminTest } from '../harness/admin-test.js';
import { TestApp } from '../harness/app.js';
import { startPrivateStack, uniquePrefix } from '../harness/stack.js';

interface ShownQueue {
  name: string;
  readOnlyMode: boolean;
  isPaused: boolean;
  counts: Record<string, number>;
}

const AUDIT = `SELECT key_name, action, target, details FROM audit_log WHERE action LIKE 'queue_board.%' ORDER BY id`;

describe('the queue board', () => {
  // No worker takes away the jobs that the tests look at.
  const test = adminTest([], { ROLE: 'api' });
  let read: string;
  let replay: string;
  let queue: Queue;

  beforeAll(async () => {
    read = await test.keyWith({ scope: 'read' });
    replay = await test.keyWith({ scope: 'replay' });
    queue = test.app.nest.get<Queue>(getQueueToken(RUN_QUEUE), { strict: false });
  });

  const shown = async (key: string): Promise<ShownQueue[]> =>
    (await test.call<{ queues: ShownQueue[] }>('GET', 'queues/api/queues', { key })).body.queues;
  const change = (path: string, key: string, headers: Record<string, string> = {}) =>
    test.call('PUT', `queues/api/queues/${path}`, { key, body: {}, headers });
  const delayedJob = async (): Promise<string> => {
    const job = await queue.add({ runId: '0', handlerId: 'none', attempts: 0 }, { delay: 3_600_000 });
    return String(job.id);
  };

  it('shows every queue, whichever module has registered it', async () => {
    const names = (await shown(read)).map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['isolated-runs', 'runs']));
    expect(names).toEqual([...new Set(names)].toSorted());
  });

  it.each(['queues', 'queues/', 'queues/queue/runs', 'queues/static/favicon.ico', 'queues/api/queues'])(
    'asks for a key before %s',
    async (path) => {
      const { status, body, headers } = await test.call('GET', path, { key: '' });
      expect([status, body.code]).toEqual([401, 'admin_key_missing']);
      expect(headers.get('www-authenticate')).toContain('Basic realm=');
      expect((await test.call('GET', path, { key: read })).status).toBe(200);
    },
  );

  it('is not for a key that is restricted to accounts: a queue has the jobs of all', async () => {
    const key = await test.keyWith({ scope: 'replay', accounts: ['acct_1'] });
    for (const path of ['queues', 'queues/api/queues', 'queues/static/favicon.ico']) {
      const { status, body } = await test.call('GET', path, { key });
      expect([status, body.code]).toEqual([403, 'account_restricted']);
    }
  });

  it('is read-only for a key that may only read', async () => {
    expect((await shown(read)).map(({ readOnlyMode }) => readOnlyMode)).not.toContain(false);
    const id = await delayedJob();
    for (const path of [
      `runs/${id}/clean`,
      `runs/${id}/promote`,
      'runs/pause',
      'pause',
      'runs/empty',
      'runs/obliterate',
    ]) {
      const { status, body } = await change(path, read);
      expect([path, status, body.code]).toEqual([path, 403, 'admin_scope_missing']);
    }
    expect(await queue.getJob(id)).not.toBeNull();
    expect(await test.watch.query(AUDIT)).toEqual([]);
  });

  it('lets a key that may replay act, and puts what it did on record', async () => {
    expect((await shown(replay)).map(({ readOnlyMode }) => readOnlyMode)).not.toContain(true);
    const id = await delayedJob();
    expect((await change(`runs/${id}/promote`, replay)).status).toBe(204);
    expect((await change(`runs/${id}/clean`, replay)).status).toBe(204);
    expect(await queue.getJob(id)).toBeNull();
    expect((await change('pause', replay)).status).toBe(200);
    expect((await shown(read)).every(({ isPaused }) => isPaused)).toBe(true);
    expect((await change('resume', replay)).status).toBe(200);
    const audit = await test.watch.query(AUDIT);
    expect(audit).toMatchObject([
      {
        key_name: 'test replay',
        action: 'queue_board.promote',
        target: `runs/${id}`,
        details: { jobId: id },
      },
      { action: 'queue_board.clean', target: `runs/${id}` },
      { action: 'queue_board.pause', target: 'every queue' },
      { action: 'queue_board.resume', target: 'every queue' },
    ]);
  });

  it('puts nothing on record that it refuses', async () => {
    const before = await test.watch.query(AUDIT);
    expect((await change('no-such-queue/pause', replay)).status).toBe(404);
    expect((await change('runs/no-such-job/retry', replay)).status).toBe(404);
    expect(await test.watch.query(AUDIT)).toEqual(before);
  });

  it('does nothing for the page of another site, whatever key the browser remembers', async () => {
    const headers = { Authorization: `Basic ${btoa(`x:${ADMIN_KEY}`)}`, 'Sec-Fetch-Site': 'cross-site' };
    const { status, body } = await change('runs/pause', '', headers);
    expect([status, body.code]).toEqual([403, 'cross_site_request']);
    expect(await queue.isPaused()).toBe(false);
  });

  it.each([
    ['GET', 'queues/nothing'],
    ['GET', 'queues/static/../../../../package.json'],
    ['GET', 'queues/static/%2e%2e/%2e%2e/package.json'],
    ['GET', 'queues/%00'],
    ['GET', 'queues/%ff'],
    ['POST', 'queues'],
    ['DELETE', 'queues/api/queues/runs'],
    ['GET', 'queues/api/queues?activeQueue=%00&page=-1&jobsPerPage=9999999'],
    ['GET', 'queues/api/queues/runs/%00'],
    ['PUT', 'queues/api/queues/runs/clean/nonsense'],
  ])('refuses %s %s', async (method, path) => {
    const { status } = await test.call(method, path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it('asks nobody else: what the page may load comes from here', async () => {
    const { body, headers } = await test.call<string>('GET', 'queues', { key: read });
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(body).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});

describe('the queue board beside workers', () => {
  const test = adminTest();

  it('lets nobody harm them with jobs that are made up', async () => {
    const made = [{}, { runId: 'nonsense' }, { runId: { a: 1 } }, { runId: '1', attempts: 'x' }];
    for (const name of ['runs', 'isolated-runs', 'replays', 'replayed-runs']) {
      for (const data of made) {
        const body = { name: '__default__', data, options: {} };
        const { status } = await test.call('POST', `queues/api/queues/${name}/add`, { body });
        expect(status).toBe(200);
      }
      const queue = test.app.nest.get<Queue>(getQueueToken(name), { strict: false });
      await allGone(queue);
    }
    const { status } = await fetch(`${test.app.url}/health/ready`);
    expect(status).toBe(200);
  });

  /** Each command waits for its answer, so this leaves the workers their time. */
  async function allGone(queue: Queue): Promise<void> {
    for (;;) {
      const { waiting, active, delayed } = await queue.getJobCounts();
      if (waiting + active + delayed === 0) return;
    }
  }
});

describe('the queue board while Redis is away', () => {
  let servers: EmbeddedServices;
  let app: TestApp;

  beforeAll(async () => {
    servers = await startPrivateStack();
    app = await TestApp.start({
      databaseUrl: servers.databaseUrl,
      redisUrl: servers.redisUrl,
      prefix: uniquePrefix(),
      features: [],
      env: { ADMIN_BOOTSTRAP_KEY: ADMIN_KEY },
    });
  });
  afterAll(async () => {
    await app.stop();
    await servers.stop();
  });

  const ask = async (method: string, path: string) => {
    const headers = { Authorization: `Bearer ${ADMIN_KEY}` };
    const response = await fetch(`${app.url}/admin/queues${path}`, { method, headers });
    const text = await response.text();
    return { status: response.status, code: /"code":"(\w+)"/.exec(text)?.[1] };
  };

  it('says so at once, whether Redis is frozen or gone, and is back when Redis is', async () => {
    const away = { status: 503, code: 'queues_unavailable' };
    servers.redis.freeze();
    expect(await Promise.all([ask('GET', ''), ask('GET', '/api/queues')])).toEqual([away, away]);
    servers.redis.thaw();
    expect(await ask('GET', '/api/queues')).toMatchObject({ status: 200 });
    await servers.redis.stop();
    expect(await ask('GET', '/api/queues')).toEqual(away);
    expect(await ask('PUT', '/api/queues/runs/pause')).toEqual(away);
    await servers.redis.start();
    while ((await ask('GET', '/api/queues')).status !== 200) await ask('GET', '');
  });
});
