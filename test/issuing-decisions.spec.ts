import { describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { authorizationRequest, issuingTest } from './harness/issuing-test.js';

describe('an authorization request', () => {
  const test = issuingTest();

  it('is answered 200 with the version that the body fits, decided on the pending amount, and kept', async () => {
    const event = authorizationRequest(2_350);
    const { status, headers, body } = await test.authorize(event);
    expect([status, body]).toEqual([200, { approved: true }]);
    expect(headers.get('Stripe-Version')).toBe(Stripe.API_VERSION);
    expect(headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(await test.ledger(event.id)).toMatchObject([
      { approved: true, asked: '2350', granted: '2350', held: '2350', reason: 'default', fallback: false },
    ]);
    expect(await test.watch.query('SELECT source FROM stripe_event WHERE id = $1', [event.id])).toEqual([
      { source: 'issuing' },
    ]);
  });

  it('never gets more than its card may spend, however many come at once', async () => {
    await test.addRule({ scope_id: 'ic_limited', currency: 'usd', period: 'day', max_total: 1_000 });
    const events = Array.from({ length: 20 }, () => authorizationRequest(100, { card: 'ic_limited' }));
    const answers = await Promise.all(events.map((event) => test.authorize(event)));
    expect(answers.filter(({ body }) => body.approved)).toHaveLength(10);
    expect(await test.watch.query('SELECT amount, count FROM spending_total')).toEqual([
      { amount: '1000', count: 10 },
    ]);
  });
});
