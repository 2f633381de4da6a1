import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type OrderFact, type OrderParts, rankOf, withFact } from './order-fact.js';
import { fulfilmentOf, summaryOf } from './order-summary.js';
import type { OrderState } from './order-views.js';

const AMOUNT = 4_200;
const money = { amount: AMOUNT, currency: 'usd' };

const payment = (status: 'processing' | 'failed' | 'canceled' | 'succeeded'): OrderFact => ({
  kind: 'payment',
  status,
  ...money,
  code: status === 'failed' ? 'card_declined' : null,
  declineCode: null,
});
const session = (status: 'awaiting' | 'failed' | 'paid' | 'free'): OrderFact => ({
  kind: 'session',
  session: 'cs_1',
  status,
  ...money,
});
const refund = (refunded: number): OrderFact => ({ kind: 'refund', charge: 'ch_1', refunded, ...money });
const failedRefund = (amount: number, id = 're_1'): OrderFact => ({
  kind: 'failed_refund',
  refund: id,
  amount,
});
const dispute = (status: string, id = 'du_1'): OrderFact => ({
  kind: 'dispute',
  dispute: id,
  status,
  reason: 'fraudulent',
  ...money,
});
const release: OrderFact = { kind: 'release', charge: 'ch_1' };

interface Happened {
  fact: OrderFact;
  at: number;
  eventId: string;
}

/** Facts, each a second after the one before. */
const inSequence = (...facts: OrderFact[]): Happened[] =>
  facts.map((fact, at) => ({ fact, at, eventId: `evt_${at}` }));

const knownFrom = (events: Happened[]): OrderParts =>
  events.reduce<OrderParts>(
    (parts, { fact, at, eventId }) => withFact(parts, fact, { rank: rankOf(fact, at), eventId }),
    {},
  );

const summaryAfter = (...facts: OrderFact[]) => summaryOf(knownFrom(inSequence(...facts)));

const anyFact = fc.oneof(
  fc.constantFrom('processing', 'failed', 'canceled', 'succeeded').map((one) => payment(one as 'failed')),
  fc.constantFrom('awaiting', 'failed', 'paid', 'free').map((one) => session(one as 'paid')),
  fc.nat(AMOUNT).map(refund),
  fc.tuple(fc.nat(AMOUNT), fc.constantFrom('re_1', 're_2')).map(([amount, id]) => failedRefund(amount, id)),
  fc
    .tuple(
      fc.constantFrom(
        'warning_needs_response',
        'needs_response',
        'under_review',
        'won',
        'lost',
        'new_status',
      ),
      fc.constantFrom('du_1', 'du_2'),
    )
    .map(([status, id]) => dispute(status, id)),
  fc.constant(release),
);

/** Any events, many of them in the same second, and the same ones in another order, some twice. */
const twoOrders = fc.array(fc.tuple(anyFact, fc.nat(3)), { minLength: 1, maxLength: 12 }).chain((list) => {
  const events = list.map(([fact, at], i) => ({ fact, at, eventId: `evt_${i}` }));
  const twice = [...events, ...events.filter((_, i) => i % 3 === 0)];
  return fc
    .shuffledSubarray(twice, { minLength: twice.length })
    .map((shuffled) => [events, shuffled] as const);
});

describe('an order', () => {
  it('is the same for the same events, in whatever order and however often they come', () => {
    fc.assert(
      fc.property(twoOrders, ([events, shuffled]) => {
        expect(summaryOf(knownFrom(shuffled))).toEqual(summaryOf(knownFrom(events)));
      }),
      { numRuns: 1_000 },
    );
  });

  it.each<[OrderState, string, OrderFact[]]>([
    ['open', 'nothing but a hold that was given up is known', [release]],
    ['processing', 'the payment is under way', [payment('processing')]],
    ['processing', 'Checkout awaits the money', [session('awaiting')]],
    ['failed', 'the last attempt failed', [payment('processing'), payment('failed')]],
    ['failed', 'Checkout says that the money never came', [session('awaiting'), session('failed')]],
    ['processing', 'there is a new attempt after a failed one', [payment('failed'), session('awaiting')]],
    ['canceled', 'it was given up, whatever comes after', [payment('canceled'), payment('failed')]],
    ['canceled', 'a hold was given up, which Stripe calls a refund', [payment('canceled'), release]],
    ['paid', 'the money has come, whatever comes after', [payment('succeeded'), payment('failed')]],
    ['paid', 'Checkout says so', [session('paid')]],
    ['paid', 'there was nothing to pay', [session('free')]],
    ['paid', 'a dispute was won', [payment('succeeded'), dispute('needs_response'), dispute('won')]],
    ['paid', 'an inquiry came to nothing', [payment('succeeded'), dispute('warning_closed')]],
    ['paid', 'the only refund has failed', [payment('succeeded'), refund(AMOUNT), failedRefund(AMOUNT)]],
    ['partially_refunded', 'a part went back', [payment('succeeded'), refund(500)]],
    ['partially_refunded', 'one of two refunds has failed', [refund(AMOUNT), failedRefund(1_000)]],
    ['refunded', 'all went back', [payment('succeeded'), refund(500), refund(AMOUNT)]],
    ['refunded', 'a failed refund was made good', [refund(AMOUNT), failedRefund(AMOUNT), refund(AMOUNT)]],
    ['disputed', 'the buyer disputes it', [payment('succeeded'), refund(500), dispute('needs_response')]],
    ['disputed', 'the issuer inquires', [payment('succeeded'), dispute('warning_under_review')]],
    ['disputed', 'an appeal is open', [dispute('lost'), dispute('appeal_under_review')]],
    ['disputed', 'one of two disputes is open', [dispute('won'), dispute('needs_response', 'du_2')]],
    ['dispute_lost', 'the dispute was lost', [payment('succeeded'), refund(AMOUNT), dispute('lost')]],
    ['dispute_lost', 'one was lost, another is open', [dispute('lost'), dispute('needs_response', 'du_2')]],
  ])('is %s when %s', (state, _, facts) => {
    expect(summaryAfter(...facts).state).toBe(state);
  });

  it('goes by how far a thing has come where Stripe made several events in one second', () => {
    const second = (...facts: OrderFact[]) =>
      summaryOf(knownFrom(facts.map((fact, i) => ({ fact, at: 0, eventId: `evt_${9 - i}` }))));
    for (const both of [
      [dispute('needs_response'), dispute('lost')],
      [dispute('lost'), dispute('needs_response')],
    ]) {
      expect(second(...both).state).toBe('dispute_lost');
    }
    expect(second(refund(900), refund(500)).amountRefunded).toBe(900);
    expect(second(payment('failed'), payment('processing')).state).toBe('failed');
    expect(second(session('awaiting'), payment('failed')).state).toBe('failed');
  });

  it('has the amount that was received, or else the one that is asked for', () => {
    const asked = { ...payment('failed'), amount: 5_000 } as OrderFact;
    expect(summaryAfter(asked).amount).toBe(5_000);
    expect(summaryAfter(asked, payment('succeeded')).amount).toBe(AMOUNT);
    expect(summaryAfter(asked, refund(1)).amount).toBe(AMOUNT);
    expect(summaryAfter(release).amount).toBeNull();
  });
});

describe('fulfilment', () => {
  const not = { fulfilledAt: null, reversedAt: null };
  const done = { fulfilledAt: new Date(0), reversedAt: null };
  const undone = { fulfilledAt: new Date(0), reversedAt: new Date(1) };

  it('is due when Stripe has said that it is paid, and the money is still there', () => {
    expect(fulfilmentOf(summaryAfter(payment('succeeded')), not)).toBe('due');
    expect(fulfilmentOf(summaryAfter(session('free')), not)).toBe('due');
    expect(fulfilmentOf(summaryAfter(payment('succeeded'), refund(1)), not)).toBe('due');
    for (const facts of [
      [payment('failed')],
      [session('awaiting')],
      [refund(1)],
      [dispute('won')],
      [payment('succeeded'), refund(AMOUNT)],
      [payment('succeeded'), dispute('needs_response')],
      [payment('succeeded'), dispute('lost')],
    ]) {
      expect(fulfilmentOf(summaryAfter(...facts), not)).toBe('none');
    }
  });

  it('is to be taken back when all the money is gone, and only then', () => {
    expect(fulfilmentOf(summaryAfter(payment('succeeded'), refund(AMOUNT)), done)).toBe('reversal_due');
    expect(fulfilmentOf(summaryAfter(dispute('lost')), done)).toBe('reversal_due');
    expect(fulfilmentOf(summaryAfter(payment('succeeded'), refund(1)), done)).toBe('fulfilled');
    expect(fulfilmentOf(summaryAfter(dispute('needs_response')), done)).toBe('fulfilled');
  });

  it('stays taken back, whatever becomes of the money', () => {
    expect(fulfilmentOf(summaryAfter(payment('succeeded')), undone)).toBe('reversed');
  });
});
