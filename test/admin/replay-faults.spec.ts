import { beforeEach, describe, expect, it } from '@jest/globals';
import type { AppProcess } from '../harness/app-process.js';
import { ADMIN_KEY } from '../harness/admin-test.js';
import { faultTest } from '../harness/fault-test.js';
import { withRedis } from '../harness/redis.js';
import { watchToEnd } from '../harness/replay-test.js';

const EVENTS = 400;
/** Some two seconds for all of them, so that there is a middle. */
const RATE = 200;

const SEED_EVENTS = `
  INSERT INTO stripe_event (id, created, kind, source, livemode, type, signed_with, payload)
  SELECT 'evt_seed_' || n, '2026-01-01T00:00:00.000001Z'::timestamptz + n / 7 * interval '1 microsecond', 'snapshot', 'direct', false,
         'payment_intent.succeeded', 'test', json_build_object('id', 'evt_seed_' || n)
  FROM generate_series(1, ${EVENTS}) AS n`;
const SEED_RUNS = `
  INSERT INTO handler_run (event_id, event_created, handler_id, status, attempts, sweep_at, finished_at)
  SELECT id, created, 'test.effect', 'dead', 20, now(), now() FROM stripe_event`;

describe('a replay of many events', () => {
  const test = faultTest('harness/effects.ts');

  beforeEach(async () => {
    await test.watch.query(`SET turnpike.maintenance = 'on'`);
    await test.watch.query(`TRUNCATE stripe_event, handler_run, handler_attempt, effect`);
    await test.watch.query(SEED_EVENTS);
    await test.watch.query(SEED_RUNS);
  });

  const api = () => test.start({ ROLE: 'api', ADMIN_BOOTSTRAP_KEY: ADMIN_KEY });
  const worker = () => test.start({ ROLE: 'worker', WORKER_CONCURRENCY: '40' });
  const begin = async ({ url }: AppProcess): Promise<string> => {
    const response = await fetch(`${url}/admin/replays`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${ADMIN_KEY}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ filter: { handler: 'test.effect', status: 'dead' }, ratePerSecond: RATE }),
    });
    expect(response.status).toBe(201);
    return ((await response.json()) as { id: string }).id;
  };
  const untilEffects = (count: number) =>
    test.watch.until<{ n: number }>(
      `SELECT count(*)::int AS n FROM effect`,
      [],
      ([row]) => (row?.n ?? 0) >= count,
    );
  const untilOver = (id: string) =>
    test.watch.until<{ open: number; status: string }>(
      `SELECT status, (SELECT count(*)::int FROM handler_run WHERE replay_id = replay.id AND status <> 'succeeded') AS open
       FROM replay WHERE id = $1`,
      [id],
      ([row]) => row?.status === 'completed' && row.open === 0,
    );
  /** What a replay has counted, and what there is, once it is over. */
  const outcomeOf = async (id: string) => {
    await untilOver(id);
    const [counted] = await test.watch.query(
      `SELECT events_matched, events_done, runs_created, runs_left_alone,
              (SELECT count(*)::int FROM effect) AS effects,
              (SELECT count(DISTINCT event_id)::int FROM effect) AS events,
              (SELECT count(*)::int FROM handler_run WHERE replay_id = replay.id AND generation = 2) AS runs,
              (SELECT count(*)::int FROM handler_run) AS all_runs
       FROM replay WHERE id = $1`,
      [id],
    );
    return counted;
  };
  const all = String(EVENTS);
  /** Each event has one effect, of one new run that succeeded; the replay has counted each once. */
  const eachOnce = {
    ...{ events_matched: all, events_done: all, runs_created: all, runs_left_alone: '0' },
    ...{ effects: EVENTS, events: EVENTS, runs: EVENTS, all_runs: 2 * EVENTS },
  };

  it('takes effect once for each, although every worker is killed in the middle, twice', async () => {
    const replay = await begin(await api());
    for (const effects of [EVENTS / 4, EVENTS / 2]) {
      const workers = [await worker(), await worker()];
      await untilEffects(effects);
      await Promise.all(workers.map((process) => process.stop('SIGKILL')));
      await test.timePasses();
    }
    await worker();
    expect(await outcomeOf(replay)).toEqual(eachOnce);
  });

  it('goes on after Redis has lost everything, and after the api was killed', async () => {
    const receiver = await api();
    await worker();
    const replay = await begin(receiver);
    for (const effects of [EVENTS / 4, EVENTS / 2]) {
      await untilEffects(effects);
      await withRedis(test.servers.redisUrl, (redis) => redis.flushall());
    }
    await receiver.stop('SIGKILL');
    const { events, last } = await watchToEnd((await api()).url, replay);
    expect([events.at(-1), last]).toMatchObject([
      'end',
      { status: 'completed', runs: { succeeded: EVENTS } },
    ]);
    expect(await outcomeOf(replay)).toEqual(eachOnce);
  });

  it('lets go of whoever watches it when the process stops', async () => {
    const receiver = await api();
    const replay = await begin(receiver);
    let stopped: Promise<unknown> | undefined;
    const { events } = await watchToEnd(receiver.url, replay, () => {
      stopped ??= receiver.stop();
    });
    expect(await stopped).toBe(0);
    expect(events).not.toContain('end');
  });
});
