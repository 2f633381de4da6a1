import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { leaveEffect, processingTest } from './harness/processing-test.js';
import { Gate, scripted } from './harness/scripted-handlers.js';

describe('a noisy handler', () => {
  const test = processingTest();

  /** By then, the jobs of the other handler have been looked at, too. */
  const untilQuietHasRun = (ids: string[]) =>
    test.watch.until<{ n: number }>(
      `SELECT count(*)::int AS n FROM handler_run
       WHERE handler_id = 'quiet' AND status = 'succeeded' AND event_id = ANY($1)`,
      [ids],
      ([row]) => row?.n === ids.length,
    );

  it('that hangs with a long backlog leaves room for the others, and is worked off when it recovers', async () => {
    const recovered = new Gate();
    const app = await test.start(
      [
        scripted({ id: 'noisy' }, async (event, ctx) => {
          await recovered.opened;
          await leaveEffect(event, ctx);
        }),
        scripted({ id: 'quiet' }, async () => Promise.resolve()),
      ],
      { WORKER_CONCURRENCY: '4', SWEEP_GRACE_MS: '600000' },
    );
    const events = Array.from({ length: 60 }, () => createEvent('payment_intent.succeeded'));
    await Promise.all(events.map((event) => app.deliver({ event })));
    const ids = events.map(({ id }) => id);
    await untilQuietHasRun(ids);
    recovered.open();
    await test.watch.untilFinished(ids);
    for (const id of ids) expect(await test.effectsOf(id)).toBe(1);
  });

  it('works a backlog off as many at once as it may', async () => {
    const [recovered, together] = [new Gate(), new Gate()];
    let [begun, atOnce] = [0, 0];
    const app = await test.start(
      [
        scripted({ id: 'wide', concurrency: 4 }, async () => {
          if (++begun <= 4) return recovered.opened;
          // Those that were turned away: they wait for each other.
          if (++atOnce === 4) together.open();
          return together.opened;
        }),
        scripted({ id: 'quiet' }, async () => Promise.resolve()),
      ],
      { WORKER_CONCURRENCY: '8', SWEEP_GRACE_MS: '600000' },
    );
    const events = Array.from({ length: 30 }, () => createEvent('payment_intent.succeeded'));
    await Promise.all(events.map((event) => app.deliver({ event })));
    const ids = events.map(({ id }) => id);
    await untilQuietHasRun(ids);
    recovered.open();
    await test.watch.untilFinished(ids);
    // Had they come one by one, they would have waited for the others until their time was up.
    expect(
      await test.watch.query(
        `SELECT outcome FROM handler_attempt JOIN handler_run ON handler_run.id = run_id
         WHERE event_id = ANY($1) AND outcome <> 'succeeded'`,
        [ids],
      ),
    ).toEqual([]);
  });

  it('never runs more often at once than it asked for', async () => {
    let atOnce = 0;
    let most = 0;
    const two = new Gate();
    const app = await test.start([
      scripted({ id: 'narrow', concurrency: 2 }, async (_event, ctx) => {
        most = Math.max(most, ++atOnce);
        if (most === 2) two.open();
        await two.opened;
        await ctx.tx.query('SELECT 1');
        atOnce--;
      }),
    ]);
    const events = Array.from({ length: 30 }, () => createEvent('payment_intent.succeeded'));
    await Promise.all(events.map((event) => app.deliver({ event })));
    await test.watch.untilFinished(events.map(({ id }) => id));
    expect(most).toBe(2);
  });
});
