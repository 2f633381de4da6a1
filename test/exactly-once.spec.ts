import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { getQueueToken } from '@nestjs/bull';
import type { Queue } from 'bull';
import { createEvent } from '../src/event-factories/create-event.js';
import type { OutsideContext } from '../src/event-handlers/index.js';
import { RUN_QUEUE } from '../src/event-processing/queue-policy.js';
import { leaveEffect, processingTest } from './harness/processing-test.js';
import { Gate, scripted, scriptedOutside } from './harness/scripted-handlers.js';

describe('effects', () => {
  const test = processingTest();

  it('of a worker that lost its lease are rolled back: only the attempt that holds the run counts', async () => {
    const firstIsIn = new Gate();
    const firstMayGo = new Gate();
    const firstIsOut = new Gate();
    const app = await test.start([
      scripted({ id: 'zombie' }, async (event, ctx) => {
        await leaveEffect(event, ctx);
        if (ctx.attempt > 1) return;
        firstIsIn.open();
        await firstMayGo.opened;
        setImmediate(firstIsOut.open);
      }),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    await firstIsIn.opened;
    // Time passes: the lease of the first attempt ends while it still works.
    await test.watch.query(`UPDATE handler_run SET lease_until = clock_timestamp() WHERE event_id = $1`, [
      event.id,
    ]);
    await test.watch.untilFinished([event.id]);
    firstMayGo.open();
    await firstIsOut.opened;
    await app.stop();
    const effects = await test.watch.query('SELECT attempt FROM effect WHERE event_id = $1', [event.id]);
    expect(effects).toEqual([{ attempt: 2 }]);
    expect(await test.attemptsOf(event.id)).toMatchObject([
      { attempt: 1, outcome: 'lost' },
      { attempt: 2, outcome: 'succeeded' },
    ]);
  });

  it('happen once when Bull delivers the job of a finished run again', async () => {
    const app = await test.start([
      scripted({ id: 'again' }, async (event, ctx) => void (await leaveEffect(event, ctx))),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    await test.watch.untilFinished([event.id]);
    const [run] = await test.watch.query<{ id: string }>('SELECT id FROM handler_run WHERE event_id = $1', [
      event.id,
    ]);
    const queue = app.nest.get<Queue>(getQueueToken(RUN_QUEUE), { strict: false });
    const completed = once(queue, 'completed');
    await queue.add({ runId: run?.id, handlerId: 'again', attempts: 0 });
    await completed;
    expect(await test.effectsOf(event.id)).toBe(1);
  });
});

describe('a handler outside a transaction', () => {
  const test = processingTest();

  it('has no transaction, and calls Stripe with the same key and account on every attempt', async () => {
    const seen: { keys: object[]; tx: boolean }[] = [];
    const app = await test.start([
      scriptedOutside(
        { id: 'outside', backoff: { baseMs: 5, maxMs: 5 } },
        async (_event, ctx: OutsideContext) => {
          seen.push({ keys: [ctx.requestOptions('refund'), ctx.requestOptions('notify')], tx: 'tx' in ctx });
          await Promise.resolve();
          if (ctx.attempt === 1) throw new Error('network');
        },
      ),
    ]);
    const event = createEvent('payment_intent.succeeded', { account: 'acct_1' });
    await app.deliver({ event, path: '/connect-webhook', secret: 'whsec_connect_newest' });
    await test.watch.untilFinished([event.id]);
    const [first, second] = seen;
    expect(second).toEqual(first);
    expect(first?.tx).toBe(false);
    const key = expect.stringMatching(/^turnpike-[0-9a-f]{64}$/);
    expect(first?.keys).toEqual([
      { stripeAccount: 'acct_1', idempotencyKey: key },
      { stripeAccount: 'acct_1', idempotencyKey: key },
    ]);
    expect(first?.keys[0]).not.toEqual(first?.keys[1]);
  });
});
