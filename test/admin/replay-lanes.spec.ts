import { describe, expect, it } from '@jest/globals';
import { adminTest } from '../harness/admin-test.js';
import { anEvent, ReplayHandlers, untilRuns } from '../harness/replay-test.js';
import { Gate } from '../harness/scripted-handlers.js';

const narrow = new ReplayHandlers();
const other = new ReplayHandlers();
const features = [narrow.handler({ id: 'narrow', concurrency: 2 }), other.handler({ id: 'other' })];

describe('replayed runs of a handler that is busy with live ones', () => {
  // The sweeper, which would offer them in the end, does not come into it.
  const test = adminTest(features, { SWEEP_GRACE_MS: '600000' });

  it('wait until there is room, and then go on by themselves', async () => {
    const old = Array.from({ length: 12 }, () => anEvent());
    await Promise.all(old.map((event) => test.deliver({ event })));
    await test.watch.untilFinished(old.map(({ id }) => id));
    const gate = new Gate();
    const live = [anEvent(), anEvent()];
    for (const event of live) {
      narrow.set(event, gate);
      await test.deliver({ event });
      await untilRuns(test, event, { narrow: 'running' });
    }
    const { body } = await test.call<{ id: string }>('POST', 'replays', {
      body: { filter: {}, handlers: ['narrow'], includeSucceeded: true, ratePerSecond: 1_000 },
    });
    await test.watch.until<{ n: number }>(
      'SELECT count(*)::int AS n FROM handler_run WHERE replay_id = $1',
      [body.id],
      ([row]) => row?.n === old.length,
    );
    // The queue is empty: each was turned away.
    await test.app.metricsWith('turnpike_queue_jobs{queue="replayed-runs",state="active"} 0');
    await test.app.metricsWith('turnpike_queue_jobs{queue="replayed-runs",state="waiting"} 0');
    gate.open();
    await test.watch.until<{ n: number }>(
      `SELECT count(*)::int AS n FROM handler_run WHERE replay_id = $1 AND status = 'succeeded'`,
      [body.id],
      ([row]) => row?.n === old.length,
    );
    expect(await test.app.metrics()).not.toMatch(/turnpike_swept_runs_total\{reason="overdue"\} [1-9]/);
  });
});
