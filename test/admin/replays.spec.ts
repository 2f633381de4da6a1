import { afterEach, describe, expect, it } from '@jest/globals';
import type { ReplayAnswer } from '../../src/event-replay/replay-answer.js';
import { adminTest } from '../harness/admin-test.js';
import { CONNECT_SECRET } from '../harness/app.js';
import { anEvent, dead, ReplayHandlers, runsOf, untilRuns, watchToEnd } from '../harness/replay-test.js';
import { Gate, type TestEvent } from '../harness/scripted-handlers.js';

type Answer = ReplayAnswer & { code?: string; dryRun?: boolean; sample?: { id: string }[] };

const one = new ReplayHandlers();
const two = new ReplayHandlers();
const test = adminTest([one.handler({ id: 'one' }), two.handler({ id: 'two' })]);

afterEach(() => {
  one.usual = undefined;
  two.usual = undefined;
});

const FAST = { ratePerSecond: 1_000 };
/** As many runs as a replay of this rate leaves open: it waits for them before it makes more. */
const BOUND = { ratePerSecond: 25, runs: 50 };

const create = (body: object, options: { key?: string; headers?: Record<string, string> } = {}) =>
  test.call<Answer>('POST', 'replays', { body, ...options });
const show = async (id: string, key?: string) =>
  (await test.call<Answer>('GET', `replays/${id}`, key === undefined ? {} : { key })).body;
const order = (id: string, what: string) => test.call<Answer>('POST', `replays/${id}/${what}`, { body: {} });

/** Waits until a replay has made its last run, and all its runs have ended. */
const untilOver = (id: string) =>
  test.watch.until<{ over: boolean }>(
    `SELECT status IN ('completed', 'cancelled') AND NOT EXISTS (
       SELECT FROM handler_run WHERE replay_id = replay.id AND status IN ('pending', 'running', 'retrying')) AS over
     FROM replay WHERE id = $1`,
    [id],
    ([row]) => row?.over === true,
  );
const untilMade = (id: string, runs: number) =>
  test.watch.until<{ made: string }>(
    'SELECT runs_created + runs_hastened AS made FROM replay WHERE id = $1',
    [id],
    ([row]) => Number(row?.made) >= runs,
  );

/** Delivers events about one object, which sets them apart from those of other tests. */
async function delivered(
  count: number,
  options: { path?: string; account?: string } = {},
): Promise<TestEvent[]> {
  const events = Array.from({ length: count }, () => anEvent(options.account));
  await Promise.all(
    events.map((event) =>
      test.deliver({
        event,
        ...(options.account !== undefined && { path: '/connect-webhook', secret: CONNECT_SECRET }),
      }),
    ),
  );
  await test.watch.untilFinished(events.map(({ id }) => id));
  return events;
}

/** Runs of these events, as text: handler, generation, status. */
async function generations(events: readonly TestEvent[]): Promise<Record<string, number>> {
  const rows = await test.watch.query<{ run: string; n: number }>(
    `SELECT concat_ws(' ', handler_id, generation, status) AS run, count(*)::int AS n
     FROM handler_run WHERE event_id = ANY ($1) GROUP BY 1 ORDER BY 1`,
    [events.map(({ id }) => id)],
  );
  return Object.fromEntries(rows.map(({ run, n }) => [run, n]));
}

/** No event of an earlier test: by the time of arrival. */
async function sinceNow(): Promise<{ receivedFrom: string }> {
  const [row] = await test.watch.query<{ now: Date }>(
    `SELECT date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' AS now, pg_sleep(0.002)`,
  );
  return { receivedFrom: (row?.now ?? new Date()).toISOString() };
}

describe('a replay of many events', () => {
  it('makes every failed run again once its handler is mended, and nothing else; a dry run says how many', async () => {
    const filter = { ...(await sinceNow()), type: 'payment_intent.*' };
    one.usual = dead();
    const events = await delivered(60);
    one.usual = undefined;
    const succeeded = await delivered(5);
    const dry = await create({ filter, dryRun: true });
    expect([dry.status, dry.body.dryRun, dry.body.events]).toEqual([200, true, 65]);
    expect(dry.body.sample).toHaveLength(10);
    expect(dry.body.sample?.[0]).toMatchObject({ type: 'payment_intent.succeeded', runs: { dead: 1 } });

    const { status, body } = await create({ filter, ...FAST, reason: 'mended' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'running', requestedBy: 'bootstrap', reason: 'mended', filter });
    expect(body.events).toEqual({ matched: 65, done: 0 });
    await untilOver(body.id);
    expect(await show(body.id)).toMatchObject({
      status: 'completed',
      events: { matched: 65, done: 65 },
      runs: {
        created: 60,
        hastened: 0,
        leftAlone: 70,
        pending: 0,
        running: 0,
        retrying: 0,
        succeeded: 60,
        dead: 0,
      },
      etaSeconds: null,
    });
    expect(await generations(events)).toEqual({
      'one 1 dead': 60,
      'one 2 succeeded': 60,
      'two 1 succeeded': 60,
    });
    expect(await generations(succeeded)).toEqual({ 'one 1 succeeded': 5, 'two 1 succeeded': 5 });
    const audit = await test.watch.query(`SELECT action, reason FROM audit_log WHERE target = $1`, [body.id]);
    expect(audit).toEqual([{ action: 'replay.create', reason: 'mended' }]);
  });

  it('with a status, a handler or a group of errors makes only the runs that match', async () => {
    const since = await sinceNow();
    one.usual = dead();
    two.usual = dead();
    const events = await delivered(8);
    await test.watch.query(
      `UPDATE handler_run SET error_fingerprint = CASE handler_id WHEN 'one' THEN 'f1' ELSE 'f2' END WHERE event_id = ANY ($1)`,
      [events.map(({ id }) => id)],
    );
    const first = await create({ filter: { ...since, fingerprint: 'f1' }, ...FAST });
    await untilOver(first.body.id);
    expect(await generations(events)).toEqual({ 'one 1 dead': 8, 'one 2 dead': 8, 'two 1 dead': 8 });
    one.usual = undefined;
    two.usual = undefined;
    const second = await create({ filter: { ...since, handler: 'two', status: 'dead' }, ...FAST });
    await untilOver(second.body.id);
    const third = await create({ filter: { ...since, status: 'dead' }, handlers: ['two'], ...FAST });
    await untilOver(third.body.id);
    expect(await generations(events)).toMatchObject({ 'one 2 dead': 8, 'two 2 succeeded': 8 });
    expect((await show(third.body.id)).runs).toMatchObject({ created: 0 });
    const last = await create({ filter: { ...since, status: 'dead' }, ...FAST });
    await untilOver(last.body.id);
    expect(await generations(events)).toMatchObject({ 'one 3 succeeded': 8, 'two 2 succeeded': 8 });
  });

  it('makes retrying runs due at once, and again those that succeeded only when told so', async () => {
    const since = await sinceNow();
    one.usual = new Error('not yet');
    const events = Array.from({ length: 6 }, () => anEvent());
    for (const event of events) {
      await test.deliver({ event });
      await untilRuns(test, event, { one: 'retrying', two: 'succeeded' });
    }
    one.usual = undefined;
    const { body } = await create({ filter: since, includeSucceeded: true, ...FAST });
    await untilOver(body.id);
    expect((await show(body.id)).runs).toMatchObject({
      created: 6,
      hastened: 6,
      leftAlone: 0,
      succeeded: 12,
    });
    expect(await generations(events)).toEqual({
      'one 1 succeeded': 6,
      'two 1 succeeded': 6,
      'two 2 succeeded': 6,
    });
  });

  it('backfills a handler that was added later over stored events', async () => {
    const since = await sinceNow();
    const events = await delivered(20);
    await test.watch.query(`DELETE FROM handler_run WHERE handler_id = 'two' AND event_id = ANY ($1)`, [
      events.map(({ id }) => id),
    ]);
    const nothing = await create({ filter: since, handlers: ['two'], ...FAST });
    await untilOver(nothing.body.id);
    expect((await show(nothing.body.id)).runs).toMatchObject({ created: 0, leftAlone: 0 });
    const { body } = await create({ filter: since, handlers: ['two'], backfill: true, ...FAST });
    await untilOver(body.id);
    expect(await generations(events)).toEqual({ 'one 1 succeeded': 20, 'two 1 succeeded': 20 });
  });

  it('lets live events pass while its own runs are stuck, and leaves no more of them open than it may', async () => {
    const since = await sinceNow();
    one.usual = dead();
    const events = await delivered(BOUND.runs + 10);
    const gate = new Gate();
    for (const event of events) one.set(event, gate);
    one.usual = undefined;
    const { body } = await create({
      filter: { ...since, handler: 'one' },
      ratePerSecond: BOUND.ratePerSecond,
    });
    await untilMade(body.id, BOUND.runs);
    await test.watch.until<{ n: number }>(
      `SELECT count(*)::int AS n FROM handler_run WHERE replay_id = $1 AND status = 'running'`,
      [body.id],
      ([row]) => row?.n === 5,
    );
    // With all the replay's slots held, a live event of the same handler and of another comes through.
    await delivered(15);
    expect(await show(body.id)).toMatchObject({
      events: { done: BOUND.runs },
      runs: { created: BOUND.runs, running: 5, pending: BOUND.runs - 5 },
    });
    gate.open();
    await untilOver(body.id);
    // The live events came after it was created: they are none of its business.
    expect(await show(body.id)).toMatchObject({
      events: { matched: events.length, done: events.length },
      runs: { created: events.length, succeeded: events.length },
    });
  });
});

describe('a replay', () => {
  /** A replay that has made as many runs as it may, and waits for them at the gate. */
  async function stuck() {
    const since = await sinceNow();
    one.usual = dead();
    const events = await delivered(BOUND.runs + 10);
    one.usual = undefined;
    const gate = new Gate();
    for (const event of events) one.set(event, gate);
    const { body } = await create({
      filter: { ...since, handler: 'one' },
      ratePerSecond: BOUND.ratePerSecond,
    });
    await untilMade(body.id, BOUND.runs);
    return { id: body.id, since, events, gate };
  }
  const untilOpenRunsEnded = (id: string) =>
    test.watch.until<{ n: number }>(
      `SELECT count(*)::int AS n FROM handler_run WHERE replay_id = $1 AND status IN ('pending', 'running')`,
      [id],
      ([row]) => row?.n === 0,
    );

  it('that is paused makes no more runs until it is resumed', async () => {
    const { id, since, events, gate } = await stuck();
    expect((await order(id, 'pause')).body).toMatchObject({ status: 'paused', etaSeconds: null });
    expect((await order(id, 'pause')).status).toBe(200);
    gate.open();
    await untilOpenRunsEnded(id);
    // Another one that goes through the same events, from beginning to end, shows that the workers are not idle.
    const other = await create({ filter: since, handlers: ['two'], includeSucceeded: true, ...FAST });
    await untilOver(other.body.id);
    expect(await show(id)).toMatchObject({ status: 'paused', events: { done: BOUND.runs } });
    expect((await order(id, 'resume')).body).toMatchObject({
      status: 'running',
      etaSeconds: expect.any(Number),
    });
    await untilOver(id);
    expect(await generations(events)).toMatchObject({ 'one 2 succeeded': events.length });
    const audit = await test.watch.query<{ action: string }>(
      `SELECT action FROM audit_log WHERE target = $1 ORDER BY id`,
      [id],
    );
    expect(audit.map(({ action }) => action)).toEqual([
      'replay.create',
      'replay.pause',
      'replay.pause',
      'replay.resume',
    ]);
  });

  it('that is cancelled makes no more runs, for good; those that it made go on', async () => {
    const { id, since, events, gate } = await stuck();
    const stream = watchToEnd(test.app.url, id);
    expect((await order(id, 'cancel')).body).toMatchObject({
      status: 'cancelled',
      finishedAt: expect.any(String),
    });
    gate.open();
    const { events: told, last } = await stream;
    expect([told.at(-1), last]).toMatchObject([
      'end',
      { status: 'cancelled', runs: { succeeded: BOUND.runs } },
    ]);
    const other = await create({ filter: since, handlers: ['two'], includeSucceeded: true, ...FAST });
    await untilOver(other.body.id);
    expect(await generations(events)).toMatchObject({
      'one 1 dead': events.length,
      'one 2 succeeded': BOUND.runs,
    });
    for (const what of ['pause', 'resume', 'cancel']) {
      const { status, body } = await order(id, what);
      expect([what, status, body.code]).toEqual([what, 409, 'replay_ended']);
    }
  });

  it('can be watched only as long as the key is good', async () => {
    const { id, gate } = await stuck();
    const key = await test.keyWith();
    const revoke = () =>
      test.watch.query('UPDATE admin_key SET revoked_at = now() WHERE id = (SELECT max(id) FROM admin_key)');
    const { events } = await watchToEnd(test.app.url, id, () => void revoke(), key);
    expect(new Set(events)).toEqual(new Set(['progress']));
    expect(await show(id)).toMatchObject({ status: 'running' });
    await order(id, 'cancel');
    gate.open();
    await untilOpenRunsEnded(id);
  });

  it('can be watched from its beginning to the end of its last run', async () => {
    const since = await sinceNow();
    one.usual = dead();
    await delivered(12);
    one.usual = undefined;
    const { body } = await create({ filter: since, ...FAST });
    const { events, last } = await watchToEnd(test.app.url, body.id);
    expect(new Set(events.slice(0, -1))).toEqual(new Set(['progress']));
    expect(events.at(-1)).toBe('end');
    expect(last).toEqual(await show(body.id));
    expect(last).toMatchObject({ status: 'completed', runs: { created: 12, succeeded: 12 } });
  });

  it('is made once for each Idempotency-Key', async () => {
    const since = await sinceNow();
    await delivered(2);
    const headers = { 'Idempotency-Key': 'bulk-1' };
    const asked = { filter: since, includeSucceeded: true, ...FAST };
    const answers = await Promise.all([1, 2, 3].map(() => create(asked, { headers })));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
    const other = await create({ ...asked, backfill: true }, { headers });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    await untilOver(answers[0]?.body.id ?? '');
  });

  it('is listed, newest first, page by page', async () => {
    const filter = { id: 'evt_listed' };
    const made = [];
    for (let i = 0; i < 3; i++) made.unshift((await create({ filter, ...FAST })).body.id);
    for (const id of made) await untilOver(id);
    type Page = { data: Answer[]; next: string | null };
    const first = await test.call<Page>('GET', 'replays?limit=2');
    expect(first.body.data.map(({ id }) => id)).toEqual(made.slice(0, 2));
    const second = await test.call<Page>('GET', `replays?limit=1&status=completed&after=${first.body.next}`);
    expect(second.body.data).toMatchObject([
      { id: made[2], filter, status: 'completed', events: { matched: 0 } },
    ]);
    expect((await test.call<Page>('GET', 'replays?status=paused')).body).toEqual({ data: [], next: null });
  });
});

describe('a key that is restricted to accounts', () => {
  it('replays events of its accounts only, and sees no replay of others', async () => {
    const since = await sinceNow();
    const accounts = ['acct_mine', 'acct_too'];
    const own = [
      ...(await delivered(3, { account: 'acct_mine' })),
      ...(await delivered(2, { account: 'acct_too' })),
    ];
    const foreign = [...(await delivered(2, { account: 'acct_other' })), ...(await delivered(2))];
    const key = await test.keyWith({ scope: 'replay', accounts });
    const asked = { filter: since, includeSucceeded: true, ...FAST };
    expect((await create({ ...asked, dryRun: true }, { key })).body.events).toBe(5);
    const { body } = await create(asked, { key });
    await untilOver(body.id);
    expect((await show(body.id, key)).events).toEqual({ matched: 5, done: 5 });
    expect(await generations(own)).toEqual({
      'one 1 succeeded': 5,
      'one 2 succeeded': 5,
      'two 1 succeeded': 5,
      'two 2 succeeded': 5,
    });
    expect(await generations(foreign)).toEqual({ 'one 1 succeeded': 4, 'two 1 succeeded': 4 });

    const narrower = await test.keyWith({ scope: 'replay', accounts: ['acct_mine'] });
    const everything = await create({ filter: { id: 'evt_none' } });
    for (const [id, seenBy] of [
      [body.id, narrower],
      [everything.body.id, key],
    ] as const) {
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/progress'],
        ['POST', '/pause'],
        ['POST', '/cancel'],
      ] as const) {
        const answer = await test.call<Answer>(method, `replays/${id}${path}`, {
          key: seenBy,
          ...(method === 'POST' && { body: {} }),
        });
        expect([path, answer.status, answer.body.code]).toEqual([path, 404, 'replay_not_found']);
      }
    }
    const { body: list } = await test.call<{ data: Answer[] }>('GET', 'replays', { key });
    expect(list.data.map(({ id }) => id)).toEqual([body.id]);
    await untilOver(everything.body.id);
  });
});

describe('a replay is refused', () => {
  it('to a key that may only read, which may watch', async () => {
    const key = await test.keyWith({ scope: 'read' });
    const { body } = await create({ filter: { id: 'evt_none' } });
    await untilOver(body.id);
    expect((await show(body.id, key)).status).toBe('completed');
    const answers = [await create({ filter: {} }, { key })];
    for (const what of ['pause', 'resume', 'cancel']) {
      answers.push(await test.call<Answer>('POST', `replays/${body.id}/${what}`, { key, body: {} }));
    }
    for (const { status, body: problem } of answers) {
      expect([status, problem.code]).toEqual([403, 'admin_scope_missing']);
    }
  });

  it.each<[string, object, string]>([
    ['no filter', {}, 'filter'],
    ['a filter that is a list', { filter: [] }, 'filter'],
    ['an unknown filter', { filter: { typ: 'x' } }, 'filter.typ'],
    ['a state that is none', { filter: { status: 'failed' } }, 'filter.status'],
    ['a time without its offset', { filter: { createdFrom: '2026-01-01T00:00:00' } }, 'filter.createdFrom'],
    ['a rate of nothing', { filter: {}, ratePerSecond: 0 }, 'ratePerSecond'],
    ['a rate beyond the limit', { filter: {}, ratePerSecond: 1_001 }, 'ratePerSecond'],
    ['an unknown field', { filter: {}, rate: 5 }, 'rate'],
    ['an unknown handler', { filter: {}, handlers: ['none'] }, 'handlers'],
    ['a backfill of runs that there are', { filter: { status: 'dead' }, backfill: true }, 'backfill'],
    ['successes, but not to be made again', { filter: { status: 'succeeded' } }, 'includeSucceeded'],
  ])('with %s, naming the field', async (_case, asked, field) => {
    const { status, body } = await create(asked);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ field }] });
  });

  it('that is not there', async () => {
    for (const id of ['0', '999999999', '9'.repeat(30), '-1', 'x', '%00']) {
      const { status, body } = await test.call<Answer>('GET', `replays/${id}`);
      expect([id, status, body.code]).toEqual([id, 404, 'replay_not_found']);
    }
  });
});

it('an event keeps its runs of all replays', async () => {
  const [event] = await delivered(1);
  for (let i = 0; i < 2; i++) {
    const { body } = await create({ filter: { id: event?.id }, includeSucceeded: true, ...FAST });
    await untilOver(body.id);
  }
  expect((await runsOf(test, event ?? { id: '' })).map(({ generation }) => generation)).toEqual([
    1, 2, 3, 1, 2, 3,
  ]);
});
