import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { OrdersErasure } from '../../src/features/orders/orders-erasure.js';
import { keyOf, OrderLife, ordersStory } from './orders-life.js';
import { inParallel, interleaved, shuffled } from '../harness/overtaking.js';
import { ordersTest } from './orders-test.js';

const ORDERS = 100;

/** What was done follows from what was known when it was done; all else only from the events. */
const deeds = ['fulfilment', 'fulfilledAt', 'fulfilledBy', 'reversedAt'];

describe('orders', () => {
  const test = ordersTest();
  // Part of what is compared, so that a failure says with which seed to repeat it.
  const seed = Date.now() % 2 ** 31;

  /** What is known of all orders, by their keys: without what was done, which must be allowed. */
  const everything = async () => {
    const orders = await test.all();
    const journals = await test.journals();
    const noted = await test.noted();
    return new Map(
      [...orders].map(([key, order]) => [
        key,
        {
          known: Object.fromEntries(Object.entries(order).filter(([name]) => !deeds.includes(name))),
          journal: journals.get(key) ?? [],
          noted: noted.get(key),
        },
      ]),
    );
  };

  it('end alike after 100 random orders of their events, some delivered twice, each fulfilled at most once', async () => {
    const random = fc.tuple(fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.nat(5)));
    // Each has two payments of a connected account that share their id, and in turn one of the others.
    const stories = Array.from({ length: ORDERS }, (_, i) => {
      const story = ordersStory(`shuffled${i}`);
      return story.filter((_one, n) => n < 2 || n === 2 + (i % (story.length - 2)));
    });
    const sent = fc.sample(random, { numRuns: ORDERS, seed }).map(([ranks, dice], i) => {
      const events = (stories[i] ?? []).flatMap(({ life }) => life.events);
      const again = events.filter(() => dice.next().value === 0);
      return shuffled([...events, ...again], ranks);
    });
    await inParallel(interleaved(sent), test.deliver);
    await test.allHandled();
    const found = await everything();
    const ends = new Set<string>();
    for (const { life, end, journals } of stories.flat()) {
      const { known, journal, noted } = found.get(keyOf(life)) ?? {};
      expect({ seed, ...known }).toMatchObject({ seed, id: life.id, account: life.account, ...end });
      expect({ seed, noted }).toEqual({ seed, noted: life.events.map(({ id }) => id).toSorted() });
      expect({ seed, known, journal, journals }).toMatchObject({
        journals: expect.arrayContaining([journal]),
      });
      // But for the name of the story the same ones are the same in all hundred.
      ends.add(JSON.stringify(known).replaceAll(/shuffled\d+/g, ''));
    }
    expect({ seed, ends: ends.size }).toEqual({ seed, ends: ordersStory('').length });
    expect(found.size).toBe(stories.flat().length);
    expect(await test.watch.query(`SELECT id FROM handler_run WHERE status <> 'succeeded'`)).toEqual([]);
  }, 240_000);

  it('stay as they are, and what was done for them stays done once, when all their events are replayed', async () => {
    const story = ordersStory('replayed');
    const lives = story.map(({ life }) => life);
    const events = lives.flatMap((life) => life.events);
    await test.handled(...events);
    const state = async () => {
      const journals = await test.journals();
      const shown = await Promise.all(lives.map(test.show));
      return lives.map((life, i) => ({ order: shown[i], journal: journals.get(keyOf(life)) ?? [] }));
    };
    const before = await state();
    // One after another, as it happened: so everything is done that ever is.
    expect(before.map(({ journal }) => journal)).toEqual(story.map(({ journals }) => journals.at(-1)));
    await inParallel(events, async ({ id }) => {
      const { body } = await test.admin.call('POST', `events/${id}/replay`, {
        body: { includeSucceeded: true },
      });
      const { runs } = body as { runs: object[] };
      expect(runs.length).toBeGreaterThan(0);
      for (const run of runs) expect(run).toMatchObject({ outcome: 'replayed', generation: 2 });
    });
    await test.allHandled();
    expect(await state()).toEqual(before);
  });

  it('are what Checkout takes money for, or gives away: no setup, no subscription, and no charge of its own', async () => {
    const free = new OrderLife('cs_of_free').session(1, 'completed', 'no_payment_required', {
      id: 'cs_of_free',
      payment_intent: null,
      amount_total: 0,
    });
    await test.handled(...free.events);
    expect(await test.show(free)).toMatchObject({
      id: 'cs_of_free',
      state: 'paid',
      amount: 0,
      checkoutSession: 'cs_of_free',
      fulfilledBy: 'tickets',
    });
    const others = [
      new OrderLife('none1').session(1, 'completed', 'paid', { mode: 'subscription', payment_intent: null }),
      new OrderLife('none2').session(1, 'completed', 'no_payment_required', {
        mode: 'setup',
        payment_intent: null,
      }),
      new OrderLife('none3').refunded(1, 100, { payment_intent: null }),
    ].flatMap(({ events }) => events);
    await test.handled(...others);
    const noted = await test.watch.query('SELECT FROM payment_order_event WHERE event_id = ANY ($1)', [
      others.map(({ id }) => id),
    ]);
    expect(noted).toEqual([]);
  });

  it('are fulfilled when a dispute that came first was won', async () => {
    const life = new OrderLife('pi_disputed_first')
      .dispute(9, 'created', 'needs_response')
      .succeeded(1)
      .dispute(80, 'closed', 'won');
    const [created, succeeded, closed] = life.events;
    await test.handled(...[created, succeeded].flatMap((event) => event ?? []));
    expect(await test.show(life)).toMatchObject({ state: 'disputed', fulfilment: 'none' });
    expect(await test.journal(life)).toEqual([]);
    await test.handled(...[closed].flatMap((event) => event ?? []));
    expect(await test.show(life)).toMatchObject({ state: 'paid', fulfilment: 'fulfilled' });
    expect(await test.journal(life)).toEqual(['issued']);
  });

  it('forget who bought when that is erased, by event, by customer and by account, and nothing else', async () => {
    const lives = ['event', 'customer', 'account', 'kept'].map((name) =>
      new OrderLife('pi_erased', { account: `acct_${name}` }).succeeded(1),
    );
    for (const { events } of lives) await test.handled(...events);
    const before = await Promise.all(lives.map(test.show));
    const { nest } = test.admin.app;
    const erasure = nest.get(OrdersErasure, { strict: false });
    const { manager } = nest.get(DataSource, { strict: false });
    const event = {
      ...{ id: 'evt_erased', type: 'payment_intent.succeeded', created: new Date(), livemode: true },
      ...{ account: 'acct_event', objectId: 'pi_erased', relatedIds: [] },
    };
    await erasure.erase({ customer: 'cus_7', events: [event] }, manager);
    await erasure.erase({ customer: 'cus_7', account: 'acct_customer', events: [] }, manager);
    await erasure.erase({ account: 'acct_account', events: [] }, manager);
    const gone = { customer: null, reference: null, metadata: {} };
    const after = await Promise.all(lives.map(test.show));
    expect(after).toEqual(before.map((order, i) => (i < 3 ? { ...order, ...gone } : order)));
    const named = await test.watch.query(
      `SELECT account FROM fulfilled_order WHERE order_id = 'pi_erased' AND customer IS NOT NULL`,
    );
    expect(named).toEqual([{ account: 'acct_kept' }]);
  });

  it('keep text that only JSON can hold', async () => {
    const odd = 'a\0b\ud800';
    const life = new OrderLife('pi_odd').session(1, 'completed', 'paid', {
      client_reference_id: odd,
      metadata: { odd },
    });
    await test.handled(...life.events);
    expect(await test.show(life)).toMatchObject({ reference: odd, metadata: { odd } });
  });
});
