import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { PermanentFailure, RetryAfter } from '../src/event-handlers/index.js';
import { leaveEffect, processingTest } from './harness/processing-test.js';
import { scripted } from './harness/scripted-handlers.js';

const quick = { baseMs: 5, maxMs: 20 };

describe('a handler that fails', () => {
  const test = processingTest();

  it('is tried again until it succeeds; only the last attempt leaves an effect, and all are on record', async () => {
    const app = await test.start([
      scripted({ id: 'flaky', backoff: quick }, async (event, ctx) => {
        await leaveEffect(event, ctx);
        if (ctx.attempt < 3) throw new Error(`no luck ${ctx.attempt}`);
      }),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    const [run] = await test.watch.untilFinished([event.id]);
    expect(run?.status).toBe('succeeded');
    expect(await test.effectsOf(event.id)).toBe(1);
    expect(await test.attemptsOf(event.id)).toEqual([
      { attempt: 1, outcome: 'failed', error: 'no luck 1' },
      { attempt: 2, outcome: 'failed', error: 'no luck 2' },
      { attempt: 3, outcome: 'succeeded', error: null },
    ]);
  });

  it('is tried again by a job of its own: the sweeper need not come', async () => {
    const app = await test.start(
      [
        scripted({ id: 'flaky', backoff: quick }, async (_event, ctx) => {
          await Promise.resolve();
          if (ctx.attempt < 3) throw new Error(`no luck ${ctx.attempt}`);
        }),
      ],
      { SWEEP_GRACE_MS: '600000' },
    );
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    expect(await test.watch.untilFinished([event.id])).toMatchObject([{ status: 'succeeded' }]);
  });

  it('is dead after its attempts, with its last error kept', async () => {
    const app = await test.start([
      scripted({ id: 'hopeless', attempts: 2, backoff: quick }, async () =>
        Promise.reject(new Error('never')),
      ),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    await test.watch.untilFinished([event.id]);
    const rows = await test.watch.query(
      'SELECT status, attempts, last_error FROM handler_run WHERE event_id = $1',
      [event.id],
    );
    expect(rows).toEqual([{ status: 'dead', attempts: 2, last_error: 'never' }]);
    await app.metricsWith('turnpike_runs_finished_total{handler="hopeless",status="dead"} 1');
  });

  it('is dead at once when it says that trying again cannot help', async () => {
    const app = await test.start([
      scripted({ id: 'final', attempts: 5 }, async () => Promise.reject(new PermanentFailure('closed shop'))),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    expect(await test.watch.untilFinished([event.id])).toMatchObject([{ status: 'dead' }]);
    expect(await test.attemptsOf(event.id)).toHaveLength(1);
  });

  it('is tried again when it asked to be', async () => {
    const app = await test.start([
      scripted({ id: 'asks', backoff: quick }, async () =>
        Promise.reject(new RetryAfter(3_600_000, 'in an hour')),
      ),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    const [run] = await test.watch.until<{ wait: number; status: string }>(
      `SELECT status, extract(epoch FROM next_attempt_at - clock_timestamp())::float8 AS wait
       FROM handler_run WHERE event_id = $1`,
      [event.id],
      ([row]) => row?.status === 'retrying',
    );
    expect(run?.wait).toBeGreaterThan(3_500);
    expect(run?.wait).toBeLessThanOrEqual(3_600);
  });

  it('does not hold up another handler of the same event', async () => {
    const app = await test.start([
      scripted({ id: 'broken', attempts: 1 }, async () => Promise.reject(new Error('broken'))),
      scripted({ id: 'sound' }, async (event, ctx) => void (await leaveEffect(event, ctx))),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    const runs = await test.watch.untilFinished([event.id]);
    expect(Object.fromEntries(runs.map(({ handler_id: id, status }) => [id, status]))).toEqual({
      broken: 'dead',
      sound: 'succeeded',
    });
    expect(await test.effectsOf(event.id)).toBe(1);
  });

  it('has its effect rolled back and its signal aborted when it takes too long', async () => {
    const reasons: unknown[] = [];
    const app = await test.start([
      scripted({ id: 'slow', timeoutMs: 100, attempts: 1 }, async (event, ctx) => {
        await leaveEffect(event, ctx);
        await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
        reasons.push((ctx.signal.reason as Error).name);
      }),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    await test.watch.untilFinished([event.id]);
    expect(await test.attemptsOf(event.id)).toMatchObject([{ outcome: 'timed_out' }]);
    expect(await test.effectsOf(event.id)).toBe(0);
    expect(reasons).toEqual(['AttemptTimedOut']);
  });
});
