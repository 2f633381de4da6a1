import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminTest } from '../harness/admin-test.js';
import { CONNECT_SECRET, TestApp } from '../harness/app.js';
import { anEvent, dead, ReplayHandlers, runsOf, untilRuns } from '../harness/replay-test.js';
import { Roadblock } from '../harness/roadblock.js';
import { Gate, type TestEvent } from '../harness/scripted-handlers.js';

interface Outcome {
  handler: string;
  outcome: string;
  runId: string | null;
  generation: number | null;
}

interface Answer {
  eventId: string;
  runs: Outcome[];
  code?: string;
}

/** Stands in the first statement of a replay alone. */
const ASKED = 'askedAt';

const one = new ReplayHandlers();
const two = new ReplayHandlers();
const test = adminTest([
  one.handler({ id: 'one' }),
  two.handler({ id: 'two' }),
  two.handler({ id: 'connect', source: 'connect' }),
]);
let roadblock: Roadblock;

beforeAll(async () => {
  roadblock = await Roadblock.open(test.options().databaseUrl);
});
afterAll(() => roadblock.close());

const replay = (
  event: { id: string },
  body: object = {},
  options: { key?: string; headers?: Record<string, string> } = {},
) => test.call<Answer>('POST', `events/${event.id}/replay`, { body, ...options });
const outcomes = ({ runs }: Answer) =>
  Object.fromEntries(runs.map(({ handler, outcome }) => [handler, outcome]));

/** An event whose runs ended as the handlers were told. */
async function stored(event: TestEvent, states: Record<string, string>): Promise<TestEvent> {
  await test.deliver({ event });
  await untilRuns(test, event, states);
  return event;
}

/** An event whose run of `one` is dead, and that of `two` has succeeded. */
async function failed(): Promise<TestEvent> {
  const event = anEvent();
  one.set(event, dead());
  await stored(event, { one: 'dead', two: 'succeeded' });
  one.set(event, undefined);
  return event;
}

describe('a replay of one event', () => {
  it('makes a dead run again as a new generation, leaves a success alone, and keeps the history', async () => {
    const event = await failed();
    const { status, body } = await replay(event, { reason: 'fixed' });
    expect(status).toBe(200);
    expect(body.eventId).toBe(event.id);
    expect(body.runs).toEqual([
      { handler: 'one', outcome: 'replayed', runId: expect.any(String), generation: 2 },
      { handler: 'two', outcome: 'succeeded', runId: expect.any(String), generation: 1 },
    ]);
    await untilRuns(test, event, { one: 'succeeded' });
    const runs = await runsOf(test, event);
    expect(runs.map((run) => [run.handler_id, run.generation, run.status])).toEqual([
      ['one', 1, 'dead'],
      ['one', 2, 'succeeded'],
      ['two', 1, 'succeeded'],
    ]);
    const [entry] = await test.watch.query(
      `SELECT action, reason, key_name, details FROM audit_log WHERE target = $1`,
      [event.id],
    );
    expect(entry).toMatchObject({ action: 'event.replay', reason: 'fixed', key_name: 'bootstrap' });
    expect(entry?.details).toMatchObject({ runs: body.runs });
  });

  it('makes a retrying run due at once, in the same generation', async () => {
    const event = anEvent();
    one.set(event, new Error('not yet'));
    await stored(event, { one: 'retrying' });
    one.set(event, undefined);
    const { body } = await replay(event, { handlers: ['one'] });
    expect(body.runs).toMatchObject([{ handler: 'one', outcome: 'due_now', generation: 1 }]);
    const [run] = (await untilRuns(test, event, { one: 'succeeded' })).filter(
      (row) => row.handler_id === 'one',
    );
    expect(run).toMatchObject({ generation: 1, attempts: 2, id: body.runs[0]?.runId });
  });

  it('leaves an open run alone', async () => {
    const event = anEvent();
    const gate = new Gate();
    one.set(event, gate);
    await stored(event, { one: 'running' });
    const { body } = await replay(event, { includeSucceeded: true, handlers: ['one'] });
    expect(outcomes(body)).toEqual({ one: 'open' });
    gate.open();
    await untilRuns(test, event, { one: 'succeeded' });
    expect((await runsOf(test, event)).filter((run) => run.handler_id === 'one')).toHaveLength(1);
  });

  it('makes a success again only when told so, and only for the handlers that are named', async () => {
    const event = await stored(anEvent(), { one: 'succeeded', two: 'succeeded' });
    expect(outcomes((await replay(event)).body)).toEqual({ one: 'succeeded', two: 'succeeded' });
    const { body } = await replay(event, { includeSucceeded: true, handlers: ['two'] });
    expect(body.runs).toMatchObject([{ handler: 'two', outcome: 'replayed', generation: 2 }]);
    await test.watch.untilFinished([event.id]);
    expect((await runsOf(test, event)).map((run) => `${run.handler_id} ${run.generation}`)).toEqual([
      'one 1',
      'two 1',
      'two 2',
    ]);
  });

  it('makes the first run of a handler that was added later only with backfill', async () => {
    const event = await stored(anEvent(), { one: 'succeeded', two: 'succeeded' });
    await test.watch.query(`DELETE FROM handler_run WHERE event_id = $1 AND handler_id = 'two'`, [event.id]);
    expect((await replay(event)).body.runs[1]).toEqual({
      handler: 'two',
      outcome: 'missing',
      runId: null,
      generation: null,
    });
    expect((await replay(event, { backfill: true })).body.runs[1]).toMatchObject({
      outcome: 'replayed',
      generation: 1,
    });
    await untilRuns(test, event, { two: 'succeeded' });
  });

  it('makes no run of a handler that does not take the event', async () => {
    const event = await stored(anEvent(), { one: 'succeeded' });
    const { body } = await replay(event, { handlers: ['connect'], backfill: true, includeSucceeded: true });
    expect(body.runs).toEqual([
      { handler: 'connect', outcome: 'not_matching', runId: null, generation: null },
    ]);
  });

  it('makes skipped runs again where events of their mode are handled now, and nowhere else', async () => {
    const env = { ...test.options().env, PROCESS_MODE: 'live' };
    const live = await TestApp.start({ ...test.options(), prefix: '{replay_live_mode}', env });
    const event = anEvent();
    await live.deliver({ event });
    await untilRuns(test, event, { one: 'skipped' });
    const refused = await fetch(`${live.url}/admin/events/${event.id}/replay`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${'a'.repeat(40)}`, 'Content-Type': 'application/json' },
      body: '{}',
    });
    await live.stop();
    expect(outcomes((await refused.json()) as Answer)).toEqual({ one: 'not_matching', two: 'not_matching' });
    expect(outcomes((await replay(event)).body)).toEqual({ one: 'replayed', two: 'replayed' });
    await untilRuns(test, event, { one: 'succeeded', two: 'succeeded' });
  });

  it('works without a body', async () => {
    const event = await failed();
    const { status } = await test.call('POST', `events/${event.id}/replay`);
    expect(status).toBe(200);
    await untilRuns(test, event, { one: 'succeeded' });
  });
});

describe('concurrent replays of one event', () => {
  it.each([
    ['of a dead run', {}, ['one']],
    ['of successes, by handlers that take no time', { includeSucceeded: true }, ['one', 'two']],
  ])('give each handler one new run: %s', async (_case, body, replayed) => {
    const event = await failed();
    // All of them have come in before the first goes on.
    await roadblock.lock('LOCK stripe_event IN ACCESS EXCLUSIVE MODE');
    const asked = Array.from({ length: 20 }, () => replay(event, body));
    await roadblock.untilWaiting(20, ASKED);
    await roadblock.lift();
    const answers = await Promise.all(asked);
    await test.watch.untilFinished([event.id]);
    const runs = await runsOf(test, event);
    for (const handler of replayed) {
      const [first, second, ...more] = runs.filter((run) => run.handler_id === handler);
      expect([first?.generation, second?.generation, more]).toEqual([1, 2, []]);
      for (const { body: answer } of answers) {
        const mine = answer.runs.find((run) => run.handler === handler);
        expect(mine).toEqual({ handler, outcome: 'replayed', runId: second?.id, generation: 2 });
      }
    }
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  it('count a run that another one made, and that has ended since, as their own', async () => {
    const event = await failed();
    await roadblock.lock('LOCK stripe_event IN ACCESS EXCLUSIVE MODE');
    const asked = replay(event, { includeSucceeded: true, handlers: ['one'] });
    await roadblock.untilWaiting(1, ASKED);
    const statement = `
      INSERT INTO handler_run (event_id, event_created, handler_id, generation, status, sweep_at, created_at, finished_at)
      SELECT event_id, event_created, handler_id, 2, 'succeeded', now(), clock_timestamp(), clock_timestamp()
      FROM handler_run WHERE event_id = '${event.id}' AND handler_id = 'one'`;
    await roadblock.commit(statement);
    expect((await asked).body.runs).toMatchObject([{ outcome: 'replayed', generation: 2 }]);
    expect((await runsOf(test, event)).filter((run) => run.handler_id === 'one')).toHaveLength(2);
  });

  it('leave a run alone that was open when they were asked for, although it has ended since', async () => {
    const event = anEvent();
    const gate = new Gate();
    one.set(event, gate);
    await stored(event, { one: 'running', two: 'succeeded' });
    await roadblock.lock('LOCK stripe_event IN ACCESS EXCLUSIVE MODE');
    const asked = replay(event, { includeSucceeded: true, handlers: ['one'] });
    await roadblock.untilWaiting(1, ASKED);
    gate.open();
    await untilRuns(test, event, { one: 'succeeded' });
    await roadblock.lift();
    expect(outcomes((await asked).body)).toEqual({ one: 'open' });
  });
});

describe('a repeated replay', () => {
  it('with the same Idempotency-Key is done once and answered alike; with another body it is refused', async () => {
    const event = await failed();
    const headers = { 'Idempotency-Key': `replay ${event.id}` };
    const first = await replay(event, { includeSucceeded: true }, { headers });
    await test.watch.untilFinished([event.id]);
    const second = await replay(event, { includeSucceeded: true }, { headers });
    expect(second.body).toEqual(first.body);
    expect(await runsOf(test, event)).toHaveLength(4);
    const other = await replay(event, {}, { headers });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_key_reused']);
    const audit = await test.watch.query('SELECT FROM audit_log WHERE target = $1', [event.id]);
    expect(audit).toHaveLength(1);
  });

  it('without one makes another generation each time', async () => {
    const event = await failed();
    for (const generation of [2, 3]) {
      const { body } = await replay(event, { handlers: ['two'], includeSucceeded: true });
      expect(body.runs).toMatchObject([{ outcome: 'replayed', generation }]);
      await test.watch.untilFinished([event.id]);
    }
  });
});

describe('a replay is refused', () => {
  it('of an event that is not there', async () => {
    for (const id of ['evt_none', '%00', 'x'.repeat(3_000), '%F0%9F%92%A9']) {
      const { status, body } = await replay({ id });
      expect([id.slice(0, 9), status, body.code]).toEqual([id.slice(0, 9), 404, 'event_not_found']);
    }
  });

  it('with a handler that is not there, naming the field', async () => {
    const event = await failed();
    const { status, body } = await replay(event, { handlers: ['one', 'onne'] });
    expect([status, body.code]).toEqual([400, 'unknown_handler']);
    expect(body).toMatchObject({ errors: [{ field: 'handlers' }] });
    expect(await runsOf(test, event)).toHaveLength(2);
  });

  it('with fields that are unknown or wrong', async () => {
    const event = await failed();
    for (const [field, value] of Object.entries({
      handler: 'one',
      handlers: [],
      includeSucceeded: 'true',
      backfill: 1,
      reason: 'x\0',
    })) {
      const { status, body } = await replay(event, { [field]: value });
      expect([status, body.code]).toEqual([400, 'body_invalid']);
      expect(body).toMatchObject({ errors: [{ field }] });
    }
  });

  it('to a key that may only read', async () => {
    const event = await failed();
    const { status, body } = await replay(event, {}, { key: await test.keyWith({ scope: 'read' }) });
    expect([status, body.code]).toEqual([403, 'admin_scope_missing']);
    expect(await runsOf(test, event)).toHaveLength(2);
  });

  it("to a restricted key, of other accounts' events and of the platform's own", async () => {
    const key = await test.keyWith({ scope: 'replay', accounts: ['acct_mine'] });
    const own = anEvent('acct_mine');
    const foreign = anEvent('acct_other');
    for (const event of [own, foreign]) {
      await test.deliver({ event, path: '/connect-webhook', secret: CONNECT_SECRET });
    }
    await test.watch.untilFinished([own.id, foreign.id]);
    expect((await replay(own, {}, { key })).status).toBe(200);
    for (const event of [foreign, await failed()]) {
      const { status, body } = await replay(event, { includeSucceeded: true }, { key });
      expect([status, body.code]).toEqual([404, 'event_not_found']);
      expect(await runsOf(test, event)).toHaveLength(event === foreign ? 3 : 2);
    }
  });
});
