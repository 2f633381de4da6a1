import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { PermanentFailure } from '../src/event-handlers/index.js';
import { processingTest } from './harness/processing-test.js';
import { Gate, scripted, scriptedOutside } from './harness/scripted-handlers.js';

const now = Math.floor(Date.now() / 1000);
const eventOf = (intent: string, age: number) =>
  createEvent('payment_intent.succeeded', { created: now - age, object: { id: intent } });

describe("ordering: 'object'", () => {
  const test = processingTest();

  it('handles the events of one object one at a time, oldest first, and other objects meanwhile', async () => {
    const order: string[] = [];
    const hold = new Gate();
    const started = new Gate();
    let atOnce = 0;
    let most = 0;
    const app = await test.start([
      scripted({ id: 'ordered', ordering: 'object' }, async (event) => {
        if (event.data.object.id !== 'pi_same') return;
        most = Math.max(most, ++atOnce);
        order.push(event.id);
        if (order.length === 1) {
          started.open();
          await hold.opened;
        }
        atOnce--;
      }),
    ]);
    const [first, ...later] = [50, 30, 40, 10, 20].map((age) => eventOf('pi_same', age));
    const other = eventOf('pi_other', 5);
    await app.deliver({ event: first });
    await started.opened;
    for (const event of [...later, other]) await app.deliver({ event });
    await test.watch.untilFinished([other.id]);
    expect(order).toEqual([first?.id]);
    hold.open();
    await test.watch.untilFinished([first, ...later].map((event) => event?.id ?? ''));
    const byAge = later.toSorted((a, b) => a.created - b.created).map(({ id }) => id);
    expect(order).toEqual([first?.id, ...byAge]);
    expect(most).toBe(1);
  });

  it('waits for an older run that is being retried, but not for one that is dead', async () => {
    const order: string[] = [];
    const app = await test.start([
      scripted(
        { id: 'waits', ordering: 'object', backoff: { baseMs: 200, maxMs: 200 } },
        async (event, ctx) => {
          order.push(`${event.id} ${ctx.attempt}`);
          await Promise.resolve();
          if (event.created === now - 3) throw new PermanentFailure('dead');
          if (event.created === now - 2 && ctx.attempt === 1) throw new Error('once more');
        },
      ),
    ]);
    const events = [3, 2, 1].map((age) => eventOf('pi_retried', age));
    for (const event of events) await app.deliver({ event });
    await test.watch.untilFinished(events.map(({ id }) => id));
    const [dead, retried, last] = events.map(({ id }) => id);
    expect(order).toEqual([`${dead} 1`, `${retried} 1`, `${retried} 2`, `${last} 1`]);
  });
});

describe('a handler that got an old event', () => {
  const test = processingTest();

  it('can tell that a newer one is stored, per object, account and mode', async () => {
    const stale: Record<string, boolean> = {};
    const app = await test.start([
      scripted({ id: 'stale' }, async (event, ctx) => {
        stale[event.id] = await ctx.isStale();
      }),
    ]);
    const newer = eventOf('pi_stale', 10);
    const older = eventOf('pi_stale', 20);
    const elsewhere = createEvent('payment_intent.succeeded', {
      account: 'acct_other',
      created: now - 30,
      object: { id: 'pi_stale' },
    });
    for (const event of [newer, older, elsewhere]) {
      await app.deliver({ event });
      await test.watch.untilFinished([event.id]);
    }
    expect(stale).toEqual({ [newer.id]: false, [older.id]: true, [elsewhere.id]: false });
  });

  it('can fetch the object as it is now, as the account it belongs to', async () => {
    const requests: string[] = [];
    const stripe = createServer(({ url, headers }, response) => {
      requests.push(`${url} ${String(headers['stripe-account'])}`);
      response.setHeader('Content-Type', 'application/json').end('{"id":"pi_now","status":"canceled"}');
    }).listen(0, '127.0.0.1');
    await once(stripe, 'listening');
    const fetched: unknown[] = [];
    const app = await test.start(
      [
        scriptedOutside({ id: 'fetches' }, async (_event, ctx) => {
          fetched.push((await ctx.fetchLatest<{ status: string }>()).status);
        }),
      ],
      {
        STRIPE_SECRET_KEY: 'sk_test_1',
        STRIPE_API_BASE: `http://127.0.0.1:${(stripe.address() as AddressInfo).port}`,
      },
    );
    const event = createEvent('payment_intent.succeeded', { account: 'acct_7', object: { id: 'pi_now' } });
    await app.deliver({ event });
    await test.watch.untilFinished([event.id]);
    stripe.close();
    expect(requests).toEqual(['/v1/payment_intents/pi_now acct_7']);
    expect(fetched).toEqual(['canceled']);
  });
});
