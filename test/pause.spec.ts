import { describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { createEvent } from '../src/event-factories/create-event.js';
import { RetryAfter } from '../src/event-handlers/index.js';
import { RunExecutor } from '../src/event-processing/run-executor.js';
import { TAKE_OVERDUE, WAKE } from '../src/event-processing/run-statements.js';
import { Sweeper } from '../src/event-processing/sweeper.js';
import { adminTest } from './harness/admin-test.js';
import { TestApp } from './harness/app.js';
import { withRedis } from './harness/redis.js';
import { Gate, scripted } from './harness/scripted-handlers.js';
import { redisUrl, uniquePrefix } from './harness/stack.js';

interface Run {
  handler_id: string;
  status: string;
  attempts: number;
  parked: boolean;
}

const intentOf = (id: string, age = 0) =>
  createEvent('payment_intent.succeeded', {
    created: Math.floor(Date.now() / 1000) - age,
    object: { id },
  });

describe('a paused handler', () => {
  const started = new Gate();
  const hold = new Gate();
  const handled: string[] = [];
  const note = (event: { id: string }) => Promise.resolve(void handled.push(event.id));
  const test = adminTest([
    scripted({ id: 'one' }, note),
    scripted({ id: 'other' }, () => Promise.resolve()),
    scripted({ id: 'long', concurrency: 1 }, async (event) => {
      if (event.data.object.id !== 'pi_long') return;
      started.open();
      await hold.opened;
    }),
    scripted({ id: 'retried' }, async (event, { attempt }) => {
      await Promise.resolve();
      if (event.data.object.id === 'pi_retried' && attempt === 1) throw new RetryAfter(300);
    }),
    scripted({ id: 'ordered', ordering: 'object' }, note),
  ]);

  const pause = async (id: string) =>
    expect((await test.call('POST', `handlers/${id}/pause`)).status).toBe(200);
  const resume = async (id: string) =>
    expect((await test.call('POST', `handlers/${id}/resume`)).status).toBe(200);
  const runsUntil = (handler: string, eventIds: string[], done: (run: Run) => boolean) =>
    test.watch.until<Run>(
      `SELECT handler_id, status, attempts, sweep_at = 'infinity' AS parked FROM handler_run
       WHERE handler_id = $1 AND event_id = ANY ($2)`,
      [handler, eventIds],
      (runs) => runs.length === eventIds.length && runs.every(done),
    );
  const parked = (handler: string, ...eventIds: string[]) =>
    runsUntil(handler, eventIds, (run) => run.parked);
  const finished = (handler: string, ...eventIds: string[]) =>
    runsUntil(handler, eventIds, ({ status }) => status === 'succeeded');

  it('starts no attempt while others go on, and makes up for everything after it was resumed', async () => {
    await pause('one');
    const events = ['pi_1', 'pi_2', 'pi_3'].map((id) => intentOf(id));
    for (const event of events) expect((await test.deliver({ event })).status).toBe(200);
    const ids = events.map(({ id }) => id);
    await finished('other', ...ids);
    const waiting = await parked('one', ...ids);
    expect(waiting.map(({ status, attempts }) => [status, attempts])).toEqual(ids.map(() => ['pending', 0]));
    await resume('one');
    const runs = await finished('one', ...ids);
    expect(runs.map(({ attempts }) => attempts)).toEqual([1, 1, 1]);
    expect(handled.filter((id) => ids.includes(id))).toHaveLength(6); // by `one` and by `ordered`
  });

  it('finishes the attempt that was running, and starts none of those that waited for its slot', async () => {
    const event = intentOf('pi_long');
    await test.deliver({ event });
    await started.opened;
    const behind = ['pi_4', 'pi_5'].map((id) => intentOf(id));
    for (const other of behind) await test.deliver({ event: other });
    await pause('long');
    const ids = behind.map(({ id }) => id);
    await parked('long', ...ids);
    hold.open();
    await finished('long', event.id);
    await test.app.nest.get(RunExecutor, { strict: false }).idle();
    expect((await parked('long', ...ids)).map(({ attempts }) => attempts)).toEqual([0, 0]);
    await resume('long');
    await finished('long', ...ids);
  });

  it('does not try a run again whose time comes meanwhile', async () => {
    const event = intentOf('pi_retried');
    await test.deliver({ event });
    await runsUntil('retried', [event.id], ({ status }) => status === 'retrying');
    await pause('retried');
    const [run] = await parked('retried', event.id);
    expect(run).toMatchObject({ status: 'retrying', attempts: 1 });
    await resume('retried');
    expect(await finished('retried', event.id)).toMatchObject([{ attempts: 2 }]);
  });

  it('handles the events of one object in their order afterwards', async () => {
    await pause('ordered');
    await pause('one');
    const events = [30, 10, 40, 20].map((age) => intentOf('pi_same', age));
    for (const event of events) await test.deliver({ event });
    const ids = events.map(({ id }) => id);
    await parked('ordered', ...ids);
    await parked('one', ...ids);
    await resume('ordered');
    await finished('ordered', ...ids);
    expect(handled.filter((id) => ids.includes(id))).toEqual([2, 0, 3, 1].map((i) => ids[i]));
    await resume('one');
    await finished('one', ...ids);
  });

  it('costs nothing while it waits: no job, no change of a row', async () => {
    await pause('one');
    const event = intentOf('pi_idle');
    await test.deliver({ event });
    await parked('one', event.id);
    const version = () =>
      test.watch.query(`SELECT xmin, ctid FROM handler_run WHERE event_id = $1 AND handler_id = 'one'`, [
        event.id,
      ]);
    const before = await version();
    const sweeper = test.app.nest.get(Sweeper, { strict: false });
    for (let i = 0; i < 3; i++) await sweeper.sweep();
    expect(await version()).toEqual(before);
    await test.app.metricsWith('turnpike_queue_jobs{queue="runs",state="waiting"} 0');
    await resume('one');
    await finished('one', event.id);
  });

  it('stays paused and loses nothing when the process is replaced and Redis is flushed', async () => {
    await pause('one');
    const ids: string[] = [];
    const deliver = async (app: TestApp) => {
      const event = intentOf(`pi_restart_${ids.length}`);
      ids.push(event.id);
      await app.deliver({ event });
    };
    await deliver(test.app);
    const options = { ...test.options(), features: [scripted({ id: 'one' }, note)] };
    const first = await TestApp.start(options);
    await deliver(first);
    await first.stop();
    await withRedis(redisUrl(), (redis) => redis.flushdb());
    const second = await TestApp.start(options);
    try {
      await deliver(second);
      await withRedis(redisUrl(), (redis) => redis.flushdb());
      const waiting = await parked('one', ...ids);
      expect(waiting.map(({ status, attempts }) => [status, attempts])).toEqual(
        ids.map(() => ['pending', 0]),
      );
      await resume('one');
      await finished('one', ...ids);
      expect(handled.filter((id) => id === ids[1])).toHaveLength(1);
    } finally {
      await second.stop();
    }
  });

  it('is resumed with thousands of runs, each handled once', async () => {
    const count = 1_200;
    await pause('one');
    await test.watch.query(
      `WITH numbers AS (SELECT n, clock_timestamp() AS at FROM generate_series(1, ${count}) n), events AS (
         INSERT INTO stripe_event (id, created, kind, source, livemode, type, signed_with, payload)
         SELECT 'evt_many' || n, at, 'snapshot', 'direct', false, 'payment_intent.succeeded', 'test',
                json_build_object('id', 'evt_many' || n, 'data', json_build_object('object', '{}'::json)) FROM numbers)
       INSERT INTO handler_run (event_id, event_created, handler_id, status, sweep_at)
       SELECT 'evt_many' || n, at, 'one', 'pending', 'infinity' FROM numbers`,
    );
    await resume('one');
    await test.watch.until<{ n: number }>(
      `SELECT count(*)::int AS n FROM handler_run WHERE event_id LIKE 'evt_many%' AND status = 'succeeded' AND attempts = 1`,
      [],
      ([row]) => row?.n === count,
    );
    const seen = handled.filter((id) => id.startsWith('evt_many'));
    expect([seen.length, new Set(seen).size]).toEqual([count, count]);
  });

  it('is paused or not, and nothing between, after many have paused and resumed it at once', async () => {
    const actions = Array.from({ length: 24 }, (_, i) => (i % 2 === 0 ? 'pause' : 'resume'));
    const event = intentOf('pi_race');
    const answers = await Promise.all([
      test.deliver({ event }),
      ...actions.map((action) => test.call('POST', `handlers/one/${action}`)),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const { body } = await test.call('GET', 'handlers/one');
    const audit = await test.watch.query<{ action: string }>(
      `SELECT action FROM audit_log WHERE target = 'one' ORDER BY id`,
    );
    const kinds = audit.map(({ action }) => action);
    // Each entry stands for a change, so they alternate, and the last one says how it is.
    expect(kinds.every((action, i) => action === (i % 2 === 0 ? 'handler.pause' : 'handler.resume'))).toBe(
      true,
    );
    expect(kinds.at(-1)).toBe(body.paused ? 'handler.pause' : 'handler.resume');
    await resume('one');
    await finished('one', event.id);
  });
});

describe('a pause that ends while a sweeper is at work', () => {
  const test = adminTest([scripted({ id: 'raced' }, () => Promise.resolve())], { ROLE: 'api' });

  /** Does something between a sweeper's statement and its commit. */
  const duringSweep = async (statement: string, values: unknown[], work: () => Promise<unknown>) => {
    const sweeper = new Client({ connectionString: test.options().databaseUrl });
    await sweeper.connect();
    try {
      await sweeper.query('BEGIN');
      await sweeper.query(statement, values);
      await work();
      await sweeper.query('COMMIT');
    } finally {
      await sweeper.end();
    }
  };
  const sweepTimes = async (eventId: string) => {
    const [run] = await test.watch.query<{ parked: boolean }>(
      `SELECT sweep_at = 'infinity' AS parked FROM handler_run WHERE event_id = $1`,
      [eventId],
    );
    return run?.parked;
  };
  const makeOverdue = (eventId: string) =>
    test.watch.query(`UPDATE handler_run SET sweep_at = now() - interval '1 second' WHERE event_id = $1`, [
      eventId,
    ]);
  const worker = () =>
    TestApp.start({
      ...test.options(),
      prefix: uniquePrefix(),
      features: [scripted({ id: 'raced' }, () => Promise.resolve())],
      env: { ROLE: 'worker' },
    });

  it('leaves no run behind: what was parked too late is woken', async () => {
    const event = intentOf('pi_raced');
    await test.call('POST', 'handlers/raced/pause');
    await test.deliver({ event });
    await makeOverdue(event.id);
    await duringSweep(TAKE_OVERDUE, [10, 500], () => test.call('POST', 'handlers/raced/resume'));
    expect((await test.call('GET', 'handlers/raced')).body.paused).toBeNull();
    expect(await sweepTimes(event.id)).toBe(true);
    const app = await worker();
    await test.watch.untilFinished([event.id]);
    await app.stop();
  });

  it('starts nothing: what was woken too early is parked again', async () => {
    const event = intentOf('pi_raced_again');
    await test.deliver({ event });
    await test.watch.query(`UPDATE handler_run SET sweep_at = 'infinity' WHERE event_id = $1`, [event.id]);
    await duringSweep(WAKE, [10], () => test.call('POST', 'handlers/raced/pause'));
    expect(await sweepTimes(event.id)).toBe(false);
    const app = await worker();
    const [run] = await test.watch.until<{ attempts: number; parked: boolean }>(
      `SELECT attempts, sweep_at = 'infinity' AS parked FROM handler_run WHERE event_id = $1`,
      [event.id],
      ([row]) => row?.parked === true,
    );
    expect(run?.attempts).toBe(0);
    await test.call('POST', 'handlers/raced/resume');
    await test.watch.untilFinished([event.id]);
    await app.stop();
  });
});
