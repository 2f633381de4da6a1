import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { PermanentFailure } from '../../src/event-handlers/index.js';
import { adminTest } from '../harness/admin-test.js';
import { scripted } from '../harness/scripted-handlers.js';

interface Handler {
  id: string;
  registered: boolean;
  place: string | null;
  types: string[];
  options: object | null;
  runs: Record<string, number>;
  oldestWaitingSeconds: number | null;
  recent: { attempts: number; errorRate: number | null; p50Ms: number | null; p95Ms: number | null };
  paused: { at: string; by: string; reason: string | null } | null;
}

describe('the handlers', () => {
  const test = adminTest(
    [
      scripted({ id: 'shop.fulfil' }, async (event) => {
        await Promise.resolve();
        if (event.data.object.description === 'broken') throw new PermanentFailure('broken');
      }),
      scripted(
        {
          id: 'shop.index',
          source: 'connect',
          livemode: true,
          ordering: 'object',
          attempts: 3,
          backoff: { baseMs: 5, maxMs: 50 },
          timeoutMs: 2_000,
          concurrency: 4,
        },
        () => Promise.resolve(),
      ),
    ],
    { ADMIN_REQUESTS_PER_MINUTE: '100000' },
  );
  const show = async (id: string) => (await test.call<Handler>('GET', `handlers/${id}`)).body;
  const deliver = async (description: string) => {
    const event = createEvent('payment_intent.succeeded', { object: { description } });
    await test.deliver({ event });
    return event.id;
  };

  it('are listed with how they were declared', async () => {
    const { status, body } = await test.call<{ data: Handler[]; next: null }>('GET', 'handlers');
    expect([status, body.next]).toEqual([200, null]);
    const [fulfil, index] = body.data.filter(({ id }) => id.startsWith('shop.'));
    expect(body.data.map(({ id }) => id)).toEqual(body.data.map(({ id }) => id).toSorted());
    expect(fulfil).toEqual({
      id: 'shop.fulfil',
      registered: true,
      place: 'Scripted.handle',
      types: ['payment_intent.succeeded'],
      options: {
        source: null,
        livemode: null,
        transaction: true,
        ordering: null,
        attempts: 20,
        backoff: { baseMs: 1_000, maxMs: 3_600_000 },
        timeoutMs: 30_000,
        concurrency: null,
      },
      runs: { pending: 0, running: 0, retrying: 0, dead: 0 },
      oldestWaitingSeconds: null,
      recent: { attempts: 0, errorRate: null, p50Ms: null, p95Ms: null },
      paused: null,
    });
    expect(index?.options).toEqual({
      source: 'connect',
      livemode: true,
      transaction: true,
      ordering: 'object',
      attempts: 3,
      backoff: { baseMs: 5, maxMs: 50 },
      timeoutMs: 2_000,
      concurrency: 4,
    });
    expect(await show('shop.fulfil')).toEqual(fulfil);
  });

  it('say what their latest attempts were like, and how many runs stand where', async () => {
    const ids = [];
    for (const description of ['ok', 'broken', 'ok', 'ok']) ids.push(await deliver(description));
    await test.watch.untilFinished(ids);
    const { runs, recent } = await show('shop.fulfil');
    expect(runs).toEqual({ pending: 0, running: 0, retrying: 0, dead: 1 });
    expect(recent).toMatchObject({ attempts: 4, errorRate: 0.25 });
    expect(recent.p50Ms).toBeGreaterThan(0);
    expect(recent.p95Ms).toBeGreaterThanOrEqual(recent.p50Ms ?? Number.NaN);
  });

  it('do not count a dead run any more that was replayed', async () => {
    const before = (await show('shop.fulfil')).runs.dead ?? Number.NaN;
    const id = await deliver('broken');
    await test.watch.untilFinished([id]);
    expect((await show('shop.fulfil')).runs.dead).toBe(before + 1);
    await test.watch.query(
      `INSERT INTO handler_run (event_id, event_created, handler_id, generation, status, sweep_at, finished_at)
       SELECT event_id, event_created, handler_id, 2, 'succeeded', now(), now() FROM handler_run WHERE event_id = $1`,
      [id],
    );
    expect(await test.app.metrics()).toContain(
      `turnpike_runs{handler="shop.fulfil",status="dead"} ${before}`,
    );
    expect((await show('shop.fulfil')).runs.dead).toBe(before);
  });

  it('are paused with a reason, say so and since when a run waits, and are resumed; each change is on record', async () => {
    const body = { reason: 'the carrier is down' };
    const paused = await test.call<Handler>('POST', 'handlers/shop.fulfil/pause', { body });
    expect(paused.status).toBe(200);
    expect(paused.body.paused).toEqual({ at: expect.any(String), by: 'bootstrap', ...body });
    const id = await deliver('ok');
    const waiting = await show('shop.fulfil');
    expect(waiting.runs.pending).toBe(1);
    expect(waiting.oldestWaitingSeconds).toBeGreaterThan(0);
    expect(await test.app.metrics()).toContain('turnpike_paused_handlers{handler="shop.fulfil"} 1');
    const again = await test.call<Handler>('POST', 'handlers/shop.fulfil/pause', {
      body: { reason: 'other' },
    });
    expect(again.body.paused).toEqual(paused.body.paused);
    const resumed = await test.call<Handler>('POST', 'handlers/shop.fulfil/resume');
    expect([resumed.status, resumed.body.paused]).toEqual([200, null]);
    expect((await test.call('POST', 'handlers/shop.fulfil/resume')).status).toBe(200);
    await test.watch.untilFinished([id]);
    expect(await test.app.metrics()).not.toContain('turnpike_paused_handlers{handler="shop.fulfil"}');
    const audit = await test.watch.query(
      'SELECT key_name, action, target, reason, details FROM audit_log ORDER BY id',
    );
    expect(audit).toEqual([
      {
        key_name: 'bootstrap',
        action: 'handler.pause',
        target: 'shop.fulfil',
        reason: 'the carrier is down',
        details: { paused: true },
      },
      {
        key_name: 'bootstrap',
        action: 'handler.resume',
        target: 'shop.fulfil',
        reason: null,
        details: { paused: false },
      },
    ]);
  });

  it('are also there when the code has them no more, as long as they left runs open or dead, or are paused', async () => {
    await test.watch.query(
      `INSERT INTO handler_run (event_id, event_created, handler_id, status, sweep_at)
       SELECT 'evt_old', now(), handler_id, status, 'infinity'
       FROM (VALUES ('old.open', 'pending'), ('old.dead', 'dead'), ('old.done', 'succeeded')) AS old (handler_id, status)`,
    );
    const { body } = await test.call<{ data: Handler[] }>('GET', 'handlers');
    const old = body.data.filter(({ id }) => id.startsWith('old.'));
    expect(old.map(({ id, registered, place, options }) => [id, registered, place, options])).toEqual([
      ['old.dead', false, null, null],
      ['old.open', false, null, null],
    ]);
    expect((await show('old.open')).runs.pending).toBe(1);
    expect((await test.call('POST', 'handlers/old.dead/pause')).status).toBe(200);
    await test.watch.query(`DELETE FROM handler_run WHERE handler_id LIKE 'old.%'`);
    expect(await show('old.dead')).toMatchObject({ registered: false, paused: { by: 'bootstrap' } });
    expect((await test.call('POST', 'handlers/old.dead/resume')).body).toMatchObject({
      id: 'old.dead',
      paused: null,
    });
    for (const [method, path] of [
      ['GET', 'handlers/old.dead'],
      ['POST', 'handlers/old.dead/pause'],
      ['POST', 'handlers/old.done/resume'],
      ['GET', 'handlers/%00'],
      ['GET', `handlers/${'x'.repeat(2_000)}`],
    ] as const) {
      const answer = await test.call(method, path);
      expect([answer.status, answer.body.code]).toEqual([404, 'handler_not_found']);
    }
  });

  it('are seen with any key that is not restricted, and paused only with one that may replay', async () => {
    const reader = await test.keyWith({ scope: 'read' });
    expect((await test.call('GET', 'handlers', { key: reader })).status).toBe(200);
    const restricted = await test.keyWith({ scope: 'replay', accounts: ['acct_1'] });
    for (const [method, path, needed] of [
      ['GET', 'handlers', 'read'],
      ['GET', 'handlers/shop.fulfil', 'read'],
      ['POST', 'handlers/shop.fulfil/pause', 'replay'],
      ['POST', 'handlers/shop.fulfil/resume', 'replay'],
    ] as const) {
      expect((await test.call(method, path, { key: '' })).status).toBe(401);
      expect(await test.call(method, path, { key: restricted })).toMatchObject({
        status: 403,
        body: { code: 'account_restricted' },
      });
      if (needed === 'read') continue;
      expect(await test.call(method, path, { key: reader })).toMatchObject({
        status: 403,
        body: { code: 'admin_scope_missing' },
      });
    }
    expect((await show('shop.fulfil')).paused).toBeNull();
  });

  it.each([
    ['GET', 'handlers?limit=5', 'query_invalid', ['limit'], undefined],
    ['GET', 'handlers/shop.fulfil?x=1', 'query_invalid', ['x'], undefined],
    ['POST', 'handlers/shop.fulfil/pause', 'body_invalid', ['reason'], { reason: 5 }],
    ['POST', 'handlers/shop.fulfil/pause', 'body_invalid', ['reason'], { reason: 'x'.repeat(501) }],
    ['POST', 'handlers/shop.fulfil/resume', 'body_invalid', ['force'], { force: true }],
  ])('refuse %s %s with %s and name %j', async (method, path, code, fields, body) => {
    const answer = await test.call(method, path, { ...(body && { body }) });
    expect([answer.status, answer.body.code]).toEqual([400, code]);
    expect((answer.body.errors as { field: string }[]).map(({ field }) => field)).toEqual(fields);
  });
});
