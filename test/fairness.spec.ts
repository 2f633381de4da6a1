import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { leaveEffect, processingTest } from './harness/processing-test.js';
import { Gate, scripted } from './harness/scripted-handlers.js';

describe('a noisy handler', () => {
  const test = processingTest();

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
    await test.watch.until<{ n: number }>(
      `SELECT count(*)::int AS n FROM handler_run
       WHERE handler_id = 'quiet' AND status = 'succeeded' AND event_id = ANY($1)`,
      [ids],
      ([row]) => row?.n === 60,
    );
    recovered.open();
    await test.watch.untilFinished(ids);
    for (const id of ids) expect(await test.effectsOf(id)).toBe(1);
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
