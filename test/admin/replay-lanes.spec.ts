import { describe, expect, it } from '@jest/globals';
import { WAITING_REPLAYED } from '../../src/event-processing/run-statements.js';
import { adminTest } from '../harness/admin-test.js';
import { anEvent, ReplayHandlers, untilRuns } from '../harness/replay-test.js';
import { Gate } from '../harness/scripted-handlers.js';

const narrow = new ReplayHandlers();
const other = new ReplayHandlers();
const features = [narrow.handler({ id: 'narrow', concurrency: 2 }), other.handler({ id: 'other' })];

describe('replayed runs of a handler that is busy with live ones', () => {
  // The sweeper, which would offer them in the end, does not come into it.
  const test = adminTest(features, { SWEEP_GRACE_MS: '600000' });

  /** Delivers an event that holds a place of the handler until its gate is opened. */
  async function occupy(): Promise<{ id: string; gate: Gate }> {
    const event = anEvent();
    const gate = new Gate();
    narrow.set(event, gate);
    await test.deliver({ event });
    await untilRuns(test, event, { narrow: 'running' });
    return { id: event.id, gate };
  }

  /** Replays twelve events beside two live ones that hold both places, until each run was turned away. */
  async function turnedAway() {
    const old = Array.from({ length: 12 }, () => anEvent());
    await Promise.all(old.map((event) => test.deliver({ event })));
    await test.watch.untilFinished(old.map(({ id }) => id));
    const [before] = await test.watch.query<{ events: number }>(
      'SELECT count(*)::int AS events FROM stripe_event',
    );
    const all = Number(before?.events);
    const live = [await occupy(), await occupy()] as const;
    const { body } = await test.call<{ id: string }>('POST', 'replays', {
      body: { filter: {}, handlers: ['narrow'], includeSucceeded: true, ratePerSecond: 1_000 },
    });
    const until = (count: number, status: string[]) =>
      test.watch.until<{ n: number }>(
        'SELECT count(*)::int AS n FROM handler_run WHERE replay_id = $1 AND status = ANY ($2)',
        [body.id, status],
        ([row]) => row?.n === count,
      );
    await until(all, ['pending']);
    await test.app.metricsWith('turnpike_queue_jobs{queue="replayed-runs",state="active"} 0');
    await test.app.metricsWith('turnpike_queue_jobs{queue="replayed-runs",state="waiting"} 0');
    return { live, until, all, id: body.id };
  }

  it('wait until there is room, and then go on by themselves', async () => {
    const { live, until, all } = await turnedAway();
    for (const { gate } of live) gate.open();
    await until(all, ['succeeded']);
    expect(await test.app.metrics()).not.toMatch(/turnpike_swept_runs_total\{reason="overdue"\} [1-9]/);
  });

  it('go on when a live run ends while they have all of their share', async () => {
    const { live, until, all } = await turnedAway();
    const gate = new Gate();
    narrow.usual = gate;
    live[0].gate.open();
    await until(1, ['running']);
    live[1].gate.open();
    await untilRuns(test, live[1], { narrow: 'succeeded' });
    gate.open();
    await until(all, ['succeeded']);
    expect(await test.app.metrics()).not.toMatch(/turnpike_swept_runs_total\{reason="overdue"\} [1-9]/);
  });

  it('are not fetched while their handler is paused, nor before their turn', async () => {
    const { live, until, all, id } = await turnedAway();
    const fetched = async () => (await test.watch.query(WAITING_REPLAYED, ['narrow', 100])).length;
    expect(await fetched()).toBe(all);
    await test.call('POST', 'handlers/narrow/pause');
    expect(await fetched()).toBe(0);
    await test.call('POST', 'handlers/narrow/resume');
    await test.watch.query(`UPDATE handler_run SET ordering_key = 'same' WHERE replay_id = $1`, [id]);
    expect(await fetched()).toBe(1);
    for (const { gate } of live) gate.open();
    await until(all, ['succeeded']);
  });
});
