import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { PermanentFailure } from '../../src/event-handlers/index.js';
import { adminTest } from '../harness/admin-test.js';
import { CONNECT_SECRET, TestApp } from '../harness/app.js';
import { Gate, scripted, type TestEvent } from '../harness/scripted-handlers.js';
import { uniquePrefix } from '../harness/stack.js';

interface Group {
  handler: string;
  fingerprint: string;
  error: string;
  dead: number;
  retrying: number;
  firstSeen: string;
  lastSeen: string;
  state: string;
  note: string | null;
  acknowledgedBy: string | null;
  resolvedBy: string | null;
  sample: { eventId: string; runId: string };
}
interface Page {
  data: Group[];
  next: string | null;
}

describe('the groups of failures', () => {
  /** What the handlers throw for an event with this description; for any other they succeed. */
  const faults = new Map<string, (id: string) => Error>();
  const behave = async (event: TestEvent) => {
    await Promise.resolve();
    const fault = faults.get(event.data.object.description ?? '');
    if (fault) throw fault(event.id);
  };
  const later = { baseMs: 3_600_000, maxMs: 3_600_000 };
  const test = adminTest(
    [
      scripted({ id: 'shop.fulfil', backoff: later }, behave),
      scripted({ id: 'shop.mail', source: 'connect', backoff: later }, behave),
    ],
    { ADMIN_REQUESTS_PER_MINUTE: '100000' },
  );

  /** Delivers an event with a fault and waits until its runs have come to rest. */
  const fail = async (fault: string, account?: string) => {
    const event = createEvent('payment_intent.succeeded', { account, object: { description: fault } });
    await test.deliver({ event, ...(account && { path: '/connect-webhook', secret: CONNECT_SECRET }) });
    await test.watch.until<{ status: string }>(
      'SELECT status FROM handler_run WHERE event_id = $1',
      [event.id],
      (runs) =>
        runs.length === (account ? 2 : 1) &&
        runs.every(({ status }) => /dead|retrying|succeeded/.test(status)),
    );
    return event;
  };
  const list = async (query = '', key?: string) => {
    const { status, body } = await test.call<Page>('GET', `failures${query}`, { ...(key && { key }) });
    expect(status).toBe(200);
    return body;
  };
  const groupOf = async (error: RegExp, key?: string) =>
    (await list('?state=all&limit=200', key)).data.filter((group) => error.test(group.error));
  const only = <T>(rows: T[]): T => {
    expect(rows).toHaveLength(1);
    return rows[0] as T;
  };
  const pathOf = ({ handler, fingerprint }: Group) => `failures/${handler}/${fingerprint}`;

  it('hold the dead and the retrying runs that failed alike, and tell different errors apart', async () => {
    faults.set('stock', (id) => new PermanentFailure(`No stock for ${id} at ${new Date().toISOString()}`));
    faults.set('carrier', (id) => new Error(`The carrier refused ${id}: status 503`));
    faults.set('carrier gone', (id) => new Error(`The carrier refused ${id}: status 410`));
    const events = [];
    for (const fault of ['stock', 'stock', 'carrier', 'stock', 'carrier gone'])
      events.push(await fail(fault));
    const stock = only(await groupOf(/No stock/));
    expect(stock).toMatchObject({ handler: 'shop.fulfil', dead: 3, retrying: 0, state: 'open', note: null });
    expect(only(await groupOf(/status 503/))).toMatchObject({ dead: 0, retrying: 1 });
    expect(only(await groupOf(/status 410/))).toMatchObject({ dead: 0, retrying: 1 });
    expect(events.map(({ id }) => id)).toContain(stock.sample.eventId);
    const [times] = await test.watch.query(
      `SELECT min(first_failed_at) AS first, max(failed_at) AS last, bool_and(first_failed_at = failed_at) AS once
       FROM handler_run WHERE error_fingerprint = $1`,
      [stock.fingerprint],
    );
    expect(times).toEqual({ first: new Date(stock.firstSeen), last: new Date(stock.lastSeen), once: true });
    expect((await test.call('GET', pathOf(stock))).body).toEqual(stock);
  });

  it('take a run when its error becomes another one, and let it go when it succeeds', async () => {
    faults.set('changing', () => new Error('first kind of trouble'));
    const event = await fail('changing');
    const first = only(await groupOf(/first kind/));
    const again = () => test.call('POST', `events/${event.id}/replay`);
    faults.set('changing', () => new Error('second kind of trouble'));
    await again();
    await test.watch.until<{ attempts: number; status: string }>(
      'SELECT attempts, status FROM handler_run WHERE event_id = $1',
      [event.id],
      ([run]) => run?.attempts === 2 && run.status === 'retrying',
    );
    expect(await groupOf(/first kind/)).toEqual([]);
    const second = only(await groupOf(/second kind/));
    expect(second.firstSeen > first.lastSeen).toBe(true);
    faults.delete('changing');
    await again();
    await test.watch.untilFinished([event.id]);
    expect(await groupOf(/second kind/)).toEqual([]);
  });

  it('keep when a run first failed this way while it goes on failing', async () => {
    faults.set('stubborn', (id) => new Error(`stubborn as ${id}`));
    const event = await fail('stubborn');
    const before = only(await groupOf(/stubborn/));
    await test.call('POST', `events/${event.id}/replay`);
    await test.watch.until<{ attempts: number; status: string }>(
      'SELECT attempts, status FROM handler_run WHERE event_id = $1',
      [event.id],
      ([run]) => run?.attempts === 2 && run.status === 'retrying',
    );
    const after = only(await groupOf(/stubborn/));
    expect([after.firstSeen, after.retrying]).toEqual([before.firstSeen, 1]);
    expect(after.lastSeen > before.lastSeen).toBe(true);
  });

  it('are acknowledged and stay so, are resolved and open again with the next failure; each change is on record', async () => {
    faults.set('bank', (id) => new PermanentFailure(`The bank says no to ${id}`));
    await fail('bank');
    const group = only(await groupOf(/bank says/));
    const states = async () =>
      Object.fromEntries(
        await Promise.all(
          ['open', 'acknowledged', 'resolved'].map(async (state) => [
            state,
            (await list(`?state=${state}&limit=200`)).data.filter(({ error }) => /bank says/.test(error))
              .length,
          ]),
        ),
      ) as Record<string, number>;
    expect(await states()).toEqual({ open: 1, acknowledged: 0, resolved: 0 });
    expect((await list('?limit=200')).data.some(({ fingerprint }) => fingerprint === group.fingerprint)).toBe(
      true,
    );

    const acknowledged = await test.call('POST', `${pathOf(group)}/acknowledge`, {
      body: { note: 'asked the bank' },
    });
    expect(acknowledged.status).toBe(200);
    expect(acknowledged.body).toMatchObject({
      state: 'acknowledged',
      note: 'asked the bank',
      acknowledgedBy: 'bootstrap',
      acknowledgedAt: expect.any(String),
    });
    await fail('bank');
    expect(await states()).toEqual({ open: 0, acknowledged: 1, resolved: 0 });

    const resolved = await test.call('POST', `${pathOf(group)}/resolve`);
    expect(resolved.body).toMatchObject({
      state: 'resolved',
      note: 'asked the bank',
      resolvedBy: 'bootstrap',
      dead: 2,
    });
    expect(await states()).toEqual({ open: 0, acknowledged: 0, resolved: 1 });
    await fail('bank');
    expect(await states()).toEqual({ open: 1, acknowledged: 0, resolved: 0 });
    await test.call('POST', `${pathOf(group)}/acknowledge`);
    expect(await states()).toEqual({ open: 0, acknowledged: 1, resolved: 0 });

    const audit = await test.watch.query(
      'SELECT key_name, action, reason FROM audit_log WHERE target = $1 ORDER BY id',
      [`shop.fulfil/${group.fingerprint}`],
    );
    expect(audit).toEqual([
      { key_name: 'bootstrap', action: 'failure.acknowledge', reason: 'asked the bank' },
      { key_name: 'bootstrap', action: 'failure.resolve', reason: null },
      { key_name: 'bootstrap', action: 'failure.acknowledge', reason: null },
    ]);
  });

  it('are replayed as a whole: what succeeds now leaves the list, and the same request starts no second replay', async () => {
    faults.set('bug', (id) => new PermanentFailure(`A bug met ${id}`));
    faults.set('slow bug', (id) => new Error(`A bug met ${id}`));
    const events = [await fail('bug'), await fail('bug')];
    const group = only(await groupOf(/A bug met/));
    expect(group).toMatchObject({ dead: 2 });
    faults.delete('bug');
    const body = { reason: 'fixed in 1.4.2', ratePerSecond: 500 };
    const headers = { 'Idempotency-Key': 'fix-1' };
    const replay = await test.call<{ id: string; filter: object; events: object }>(
      'POST',
      `${pathOf(group)}/replay`,
      {
        body,
        headers,
      },
    );
    expect(replay.status).toBe(201);
    expect(replay.body).toMatchObject({
      filter: { handler: 'shop.fulfil', fingerprint: group.fingerprint },
      events: { matched: 2 },
      ratePerSecond: 500,
    });
    const latest = `SELECT status, generation FROM handler_run WHERE event_id = ANY ($1) AND NOT superseded`;
    await test.watch.until<{ status: string; generation: number }>(
      latest,
      [events.map(({ id }) => id)],
      (runs) => runs.every(({ status, generation }) => status === 'succeeded' && generation === 2),
    );
    expect(await groupOf(/A bug met/)).toEqual([]);
    const repeated = await test.call('POST', `${pathOf(group)}/replay`, { body, headers });
    expect([repeated.status, repeated.body.id]).toEqual([201, replay.body.id]);
    const gone = await test.call('POST', `${pathOf(group)}/replay`, { body: {} });
    expect([gone.status, gone.body.code]).toEqual([404, 'failure_not_found']);
    const audit = await test.watch.query(
      `SELECT reason FROM audit_log WHERE action = 'replay.create' AND target = $1`,
      [replay.body.id],
    );
    expect(audit).toEqual([{ reason: 'fixed in 1.4.2' }]);
  });

  it('are for a restricted key only what failed for its accounts; the rest does not exist', async () => {
    faults.set('tenant', (id) => new PermanentFailure(`The tenant broke ${id}`));
    faults.set('foreign', (id) => new PermanentFailure(`Not for you: ${id}`));
    const mine = await fail('tenant', 'acct_mine');
    await fail('tenant', 'acct_other');
    await fail('tenant');
    await fail('foreign', 'acct_other');
    const all = (await groupOf(/tenant broke/)).map(({ handler, dead }) => [handler, dead]);
    expect(all).toEqual([
      ['shop.fulfil', 3],
      ['shop.mail', 2],
    ]);
    const [fulfil] = await groupOf(/tenant broke/);
    await test.call('POST', `${pathOf(fulfil as Group)}/acknowledge`, { body: { note: 'acct_other again' } });

    const key = await test.keyWith({ scope: 'replay', accounts: ['acct_mine'] });
    const seen = (await list('?state=all&limit=200', key)).data;
    expect(seen.map(({ handler, dead, sample }) => [handler, dead, sample.eventId])).toEqual([
      ['shop.fulfil', 1, mine.id],
      ['shop.mail', 1, mine.id],
    ]);
    expect(seen[0]).toMatchObject({ state: 'acknowledged', note: null, acknowledgedBy: null });
    const foreign = only((await groupOf(/Not for you/)).filter(({ handler }) => handler === 'shop.mail'));
    for (const [method, path] of [
      ['GET', pathOf(foreign)],
      ['POST', `${pathOf(foreign)}/replay`],
    ] as const) {
      const { status, body } = await test.call(method, path, { key });
      expect([status, body.code]).toEqual([404, 'failure_not_found']);
    }
    for (const change of ['acknowledge', 'resolve']) {
      const { status, body } = await test.call('POST', `${pathOf(fulfil as Group)}/${change}`, { key });
      expect([status, body.code]).toEqual([403, 'account_restricted']);
    }

    faults.delete('tenant');
    const replay = await test.call('POST', `${pathOf(fulfil as Group)}/replay`, { key });
    expect(replay.body).toMatchObject({ events: { matched: 1 } });
    await test.watch.until<{ status: string }>(
      `SELECT status FROM handler_run WHERE event_id = $1 AND handler_id = 'shop.fulfil' AND generation = 2`,
      [mine.id],
      ([run]) => run?.status === 'succeeded',
    );
    const left = (await groupOf(/tenant broke/)).map(({ handler, dead }) => [handler, dead]);
    expect(left).toEqual([
      ['shop.fulfil', 2],
      ['shop.mail', 2],
    ]);
  });

  it('come page by page, each once, whatever the size of the page, and by handler', async () => {
    for (const word of ['alpha', 'beta', 'gamma', 'delta', 'epsilon']) {
      faults.set(word, () => new PermanentFailure(`page ${word}`));
      await fail(word, 'acct_pages');
    }
    const every = (await list('?state=all&limit=200')).data.map(pathOf);
    expect(new Set(every).size).toBe(every.length);
    for (const limit of [1, 3, 4]) {
      const paths: string[] = [];
      let next: string | null = null;
      do {
        const page: Page = await list(`?state=all&limit=${limit}${next ? `&after=${next}` : ''}`);
        expect(page.data.length).toBeLessThanOrEqual(limit);
        paths.push(...page.data.map(pathOf));
        ({ next } = page);
      } while (next);
      expect(paths).toEqual(every);
    }
    const mail = (await list('?state=all&limit=200&handler=shop.mail')).data;
    expect(mail.map(pathOf)).toEqual(every.filter((path) => path.includes('/shop.mail/')));
    expect((await list('?handler=nobody')).data).toEqual([]);
  });

  it('do not hold a run whose worker had to stop', async () => {
    const started = new Gate();
    const hang = scripted({ id: 'shop.hang' }, async (_event, { signal }) => {
      started.open();
      await once(signal, 'abort');
    });
    const app = await TestApp.start({
      ...test.options(),
      prefix: uniquePrefix(),
      features: [hang],
      env: { SHUTDOWN_TIMEOUT_MS: '1000' },
    });
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    await started.opened;
    await app.stop();
    const runs = await test.watch.query(
      'SELECT status, last_error, error_fingerprint, failed_at FROM handler_run WHERE event_id = $1',
      [event.id],
    );
    expect(runs).toEqual([
      { status: 'retrying', last_error: 'The worker is stopping', error_fingerprint: null, failed_at: null },
    ]);
    expect((await list('?state=all&handler=shop.hang')).data).toEqual([]);
  });

  it('hold the runs of workers that died', async () => {
    await test.watch.query(
      `WITH event AS (
         INSERT INTO stripe_event (id, created, kind, source, livemode, type, signed_with, payload)
         VALUES ('evt_lost', now(), 'snapshot', 'direct', false, 'payment_intent.succeeded', 'test', '{}')
         RETURNING id, created)
       INSERT INTO handler_run (event_id, event_created, handler_id, status, attempts, lost_attempts, sweep_at, lease_until, started_at)
       SELECT id, created, 'gone.handler', 'running', 3, 2, now(), now() - interval '1 second', now() FROM event`,
    );
    await test.watch.untilFinished(['evt_lost']);
    expect(only(await groupOf(/worker died/))).toMatchObject({
      handler: 'gone.handler',
      dead: 1,
      sample: { eventId: 'evt_lost' },
    });
  });

  it.each([
    ['GET', 'failures?state=closed', ['state'], undefined],
    ['GET', 'failures?state=open&state=resolved', ['state'], undefined],
    ['GET', 'failures?limit=0', ['limit'], undefined],
    ['GET', 'failures?limit=1e3', ['limit'], undefined],
    ['GET', 'failures?after=shop.fulfil', ['after'], undefined],
    ['GET', 'failures?handler=a%00b', ['handler'], undefined],
    ['GET', 'failures?handlr=shop.fulfil', ['handlr'], undefined],
    ['GET', 'failures/shop.fulfil/0123456789abcdef?x=1', ['x'], undefined],
    ['POST', 'failures/shop.fulfil/0123456789abcdef/resolve', ['note'], { note: 5 }],
    ['POST', 'failures/shop.fulfil/0123456789abcdef/acknowledge', ['note'], { note: 'x\0' }],
    ['POST', 'failures/shop.fulfil/0123456789abcdef/acknowledge', ['reson'], { reson: 'x' }],
    ['POST', 'failures/shop.fulfil/0123456789abcdef/replay', ['ratePerSecond'], { ratePerSecond: 0 }],
    ['POST', 'failures/shop.fulfil/0123456789abcdef/replay', ['reason'], { reason: '' }],
  ])('refuse %s %s and name %j', async (method, path, fields, body) => {
    const answer = await test.call(method, path, { ...(body && { body }) });
    expect([answer.status, answer.body.code]).toEqual([
      400,
      method === 'GET' ? 'query_invalid' : 'body_invalid',
    ]);
    expect((answer.body.errors as { field: string }[]).map(({ field }) => field)).toEqual(fields);
  });

  it.each([
    ['GET', 'failures/shop.fulfil/0123456789abcdef'],
    ['GET', 'failures/shop.fulfil/nothing'],
    ['GET', 'failures/%00/%00'],
    ['POST', 'failures/nobody/0123456789abcdef/acknowledge'],
    ['POST', 'failures/nobody/0123456789abcdef/resolve'],
    ['POST', 'failures/nobody/0123456789abcdef/replay'],
  ])('answer %s %s with 404: nothing fails like that', async (method, path) => {
    const { status, body } = await test.call(method, path);
    expect([status, body.code]).toEqual([404, 'failure_not_found']);
  });

  it('are read with any key, and changed only with one that may replay', async () => {
    const reader = await test.keyWith({ scope: 'read' });
    expect((await test.call('GET', 'failures', { key: reader })).status).toBe(200);
    for (const change of ['acknowledge', 'resolve', 'replay']) {
      const path = `failures/shop.fulfil/0123456789abcdef/${change}`;
      const refused = await test.call('POST', path, { key: reader });
      expect([refused.status, refused.body.code]).toEqual([403, 'admin_scope_missing']);
      expect((await test.call('POST', path, { key: '' })).status).toBe(401);
    }
  });
});
