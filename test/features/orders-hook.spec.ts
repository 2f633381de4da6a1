import { readFileSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import { PermanentFailure } from '../../src/event-handlers/index.js';
import {
  type FulfilmentContext,
  FulfilsOrders,
  type Order,
  type OrderFulfilment,
} from '../../src/features/orders/index.js';
import { OrdersModule } from '../../src/features/orders/orders.module.js';
import { adminTest } from '../harness/admin-test.js';
import { blocksOf } from '../harness/documents.js';
import { processingTest } from '../harness/processing-test.js';
import { AMOUNT, asSent, type LifeEvent, OrderLife } from './orders-life.js';
import { CourierHandlers } from './orders-courier.js';
import { JOURNAL, TicketsModule } from './orders-tickets.js';

/** What a test lets the hook do. */
const behaviour = {
  fulfil: async (_order: Order, _ctx: FulfilmentContext): Promise<void> => {},
};

/** Has no `reverse`. */
@FulfilsOrders({ id: 'test.scripted' })
class Scripted implements OrderFulfilment {
  fulfil(order: Order, ctx: FulfilmentContext): Promise<void> {
    return behaviour.fulfil(order, ctx);
  }
}

@Module({ providers: [Scripted] })
class ScriptedModule {}

describe('the hook that fulfils orders', () => {
  const test = adminTest([OrdersModule, ScriptedModule]);

  const handled = async (event: LifeEvent) => {
    expect((await test.deliver(asSent(event))).status).toBe(200);
    await test.watch.untilFinished([event.id]);
  };
  const replay = async ({ id }: LifeEvent) => {
    const body = { handlers: ['orders.fulfil'], includeSucceeded: true };
    expect((await test.call('POST', `events/${id}/replay`, { body })).status).toBeLessThan(300);
    await test.watch.untilFinished([id]);
  };
  const show = async ({ id }: OrderLife) => (await test.call('GET', `orders/${id}`)).body;

  it('is given the order as it is by then, and what it throws leaves the order paid and due', async () => {
    const given: Order[] = [];
    behaviour.fulfil = async (order, { tx }) => {
      given.push(Object.assign({}, order));
      await tx.query(`UPDATE payment_order SET currency = 'xxx' WHERE id = $1`, [order.id]);
      throw new PermanentFailure('The warehouse is closed');
    };
    const life = new OrderLife('pi_failing').succeeded(1).session(2, 'completed', 'paid');
    const [succeeded, session] = life.events as [LifeEvent, LifeEvent];
    await handled(succeeded);
    expect(given).toMatchObject([
      { id: life.id, account: '', livemode: true, state: 'paid', amount: AMOUNT, metadata: { order: '7' } },
    ]);
    expect(await show(life)).toMatchObject({
      state: 'paid',
      fulfilment: 'due',
      currency: 'usd',
      fulfilledAt: null,
    });
    expect(await test.watch.query('SELECT FROM fulfilled_order')).toEqual([]);
    behaviour.fulfil = async (order) => void given.push(Object.assign({}, order));
    await handled(session);
    expect(given[1]).toMatchObject({ id: life.id, reference: `cart of ${life.id}` });
    const done = { state: 'paid', fulfilment: 'fulfilled', fulfilledBy: 'test.scripted' };
    expect(await show(life)).toMatchObject(done);
    await replay(succeeded);
    expect(given).toHaveLength(2);
    expect(await show(life)).toMatchObject(done);
  });

  it('is never called when the money had gone back while it failed', async () => {
    let calls = 0;
    behaviour.fulfil = async () => {
      calls += 1;
      throw new PermanentFailure('The warehouse is closed');
    };
    const life = new OrderLife('pi_gone').succeeded(1).refunded(60, AMOUNT);
    for (const event of life.events) await handled(event);
    expect(calls).toBe(1);
    await replay(life.events[0] as LifeEvent);
    expect(calls).toBe(1);
    expect(await show(life)).toMatchObject({ state: 'refunded', fulfilment: 'none' });
  });

  it('gives Stripe the same key whichever event leads to the call, and another for each order and step', async () => {
    const options: Stripe.RequestOptions[] = [];
    behaviour.fulfil = async (_order, ctx) => {
      options.push(ctx.requestOptions('pay'), ctx.requestOptions('tell'));
      throw new PermanentFailure('The warehouse is closed');
    };
    const [one, twin] = ['acct_key1', 'acct_key2'].map((account) =>
      new OrderLife('pi_keys', { account }).succeeded(1).session(2, 'completed', 'paid'),
    ) as [OrderLife, OrderLife];
    for (const event of [...one.events, ...twin.events]) await handled(event);
    const key = (i: number) => options[i]?.idempotencyKey;
    expect(options.map(({ stripeAccount }) => stripeAccount)).toEqual([
      ...Array.from({ length: 4 }, () => 'acct_key1'),
      ...Array.from({ length: 4 }, () => 'acct_key2'),
    ]);
    expect([key(2), key(3), key(6), key(7)]).toEqual([key(0), key(1), key(4), key(5)]);
    expect(new Set(options.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(4);
  });

  it('leaves to operators what it cannot take back', async () => {
    behaviour.fulfil = async () => {};
    const life = new OrderLife('pi_kept').succeeded(1).refunded(60, AMOUNT);
    for (const event of life.events) await handled(event);
    expect(await show(life)).toMatchObject({
      state: 'refunded',
      fulfilment: 'reversal_due',
      reversedAt: null,
    });
  });
});

describe('an application', () => {
  const test = processingTest();

  it('without a hook writes down what was paid, and leaves it at that when a hook comes later', async () => {
    await test.watch.query(JOURNAL);
    const life = new OrderLife('pi_alone').succeeded(1).refunded(60, AMOUNT);
    const [succeeded, refunded] = life.events as [LifeEvent, LifeEvent];
    const alone = await test.start([OrdersModule]);
    expect((await alone.deliver(asSent(succeeded))).status).toBe(200);
    await test.watch.untilFinished([succeeded.id]);
    const rows = await test.watch.query(
      'SELECT order_id, account, livemode, amount::int, currency, fulfilled_by FROM fulfilled_order',
    );
    expect(rows).toEqual([
      { order_id: life.id, account: '', livemode: true, amount: AMOUNT, currency: 'usd', fulfilled_by: null },
    ]);
    await alone.stop();
    const helped = await test.start([OrdersModule, TicketsModule]);
    expect((await helped.deliver(asSent(refunded))).status).toBe(200);
    await test.watch.untilFinished([refunded.id]);
    expect(await test.watch.query('SELECT FROM ticket_journal')).toEqual([]);
    const orders = await test.watch.query('SELECT fulfilment FROM payment_order');
    expect(orders).toEqual([{ fulfilment: 'reversal_due' }]);
  });
});

@Module({ providers: [CourierHandlers] })
class CourierModule {}

describe('a handler for what is outside', () => {
  const test = processingTest();

  it('waits until the hook has written down what is to be done', async () => {
    await test.watch.query(JOURNAL);
    const [early, issued] = ['pi_early', 'pi_issued'].map((id) => new OrderLife(id).succeeded(1).events[0]);
    await test.watch.query(`INSERT INTO ticket_journal VALUES ('pi_issued', '', true, 'issued')`);
    const app = await test.start([CourierModule]);
    for (const event of [early, issued] as LifeEvent[]) {
      expect((await app.deliver(asSent(event))).status).toBe(200);
    }
    const runs = await test.watch.until<{ status: string }>(
      'SELECT event_id, status, last_error FROM handler_run',
      [],
      (rows) => rows.length === 2 && rows.every(({ status }) => ['retrying', 'succeeded'].includes(status)),
    );
    expect(new Set(runs)).toEqual(
      new Set([
        { event_id: early?.id, status: 'retrying', last_error: 'pi_early is not fulfilled yet' },
        { event_id: issued?.id, status: 'succeeded', last_error: null },
      ]),
    );
  });
});

describe('docs/orders.md', () => {
  it.each([
    ['the hook', 0, 'test/features/orders-tickets.ts'],
    ['the handler for what is outside', 1, 'test/features/orders-courier.ts'],
  ])('shows %s as these tests run it', (_what, place, file) => {
    const shown = blocksOf(readFileSync('docs/orders.md', 'utf8'), 'ts')[place] ?? '';
    const example = shown.slice(shown.indexOf('/**'));
    expect(example.length).toBeGreaterThan(200);
    expect(readFileSync(file, 'utf8')).toContain(example);
  });
});
