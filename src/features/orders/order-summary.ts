import type { DisputeFact, OrderParts, PaymentFact, SessionFact } from './order-fact.js';
import { isOpenDispute } from './order-fact.js';
import type { FulfilmentState, OrderDispute, OrderFailure, OrderState } from './order-views.js';
import { type Told, toldAt } from './told.js';

/** Everything that follows from what is known of an order. */
export interface OrderSummary {
  state: OrderState;
  amount: number | null;
  amountRefunded: number;
  currency: string | null;
  checkoutSession: string | null;
  failure: OrderFailure | null;
  disputes: OrderDispute[];
  paidAt: Date | null;
}

export function summaryOf(parts: OrderParts): OrderSummary {
  const amount = amountOf(parts);
  const amountRefunded = refundedOf(parts);
  const money = { amount: amount ?? 0, amountRefunded };
  return {
    state: moneyState(parts, money) ?? attemptState(parts),
    amount,
    amountRefunded,
    currency:
      parts.payment?.value.currency ?? parts.session?.value.currency ?? parts.refund?.value.currency ?? null,
    checkoutSession: parts.session?.value.session ?? null,
    failure: failureOf(parts.payment),
    disputes: disputesOf(parts),
    paidAt: paidAt(parts),
  };
}

/**
 * What is to be done, or was done, about an order. Nothing is due before Stripe has said that it is paid: who disputes a
 * payment has paid, but nobody knows how much.
 */
export function fulfilmentOf(
  { state, paidAt }: Pick<OrderSummary, 'state' | 'paidAt'>,
  { fulfilledAt, reversedAt }: { fulfilledAt: Date | null; reversedAt: Date | null },
): FulfilmentState {
  if (reversedAt !== null) return 'reversed';
  if (fulfilledAt !== null)
    return state === 'refunded' || state === 'dispute_lost' ? 'reversal_due' : 'fulfilled';
  return paidAt !== null && (state === 'paid' || state === 'partially_refunded') ? 'due' : 'none';
}

/** Once money has come, only money counts: attempts to pay are over. */
function moneyState(
  parts: OrderParts,
  { amount, amountRefunded }: { amount: number; amountRefunded: number },
): OrderState | undefined {
  const disputes = disputeFacts(parts);
  if (disputes.some(({ value }) => value.status === 'lost')) return 'dispute_lost';
  if (disputes.some(({ value }) => isOpenDispute(value.status))) return 'disputed';
  if (amountRefunded > 0) return amountRefunded >= amount ? 'refunded' : 'partially_refunded';
  // Who can be refunded or dispute has paid, even if the event that says so has not come yet.
  const hasPaid = isPaid(parts.payment) || isPaid(parts.session) || parts.refund || disputes.length > 0;
  return hasPaid ? 'paid' : undefined;
}

/** The last attempt to pay decides, whether the payment intent or Checkout tells of it. */
function attemptState({ payment, session }: OrderParts): OrderState {
  if (payment?.value.status === 'canceled') return 'canceled';
  const failed = [payment, session].filter((told) => told?.value.status === 'failed').map(timeOf);
  const going = [payment, session]
    .filter((told) => told?.value.status === 'processing' || told?.value.status === 'awaiting')
    .map(timeOf);
  if (failed.length + going.length === 0) return 'open';
  return Math.max(...failed) >= Math.max(...going) ? 'failed' : 'processing';
}

const timeOf = (told: Told<unknown> | undefined): number => (told ? toldAt(told) : 0);

const PAID = new Set<string>(['succeeded', 'paid', 'free'] satisfies (
  PaymentFact['status'] | SessionFact['status']
)[]);

const isPaid = (told: Told<PaymentFact> | Told<SessionFact> | undefined): boolean =>
  told !== undefined && PAID.has(told.value.status);

function amountOf({ payment, session, refund }: OrderParts): number | null {
  if (isPaid(payment)) return payment?.value.amount ?? null;
  if (isPaid(session)) return session?.value.amount ?? null;
  return refund?.value.amount ?? payment?.value.amount ?? session?.value.amount ?? null;
}

/** A refund that fails later is not in the sum that Stripe names from then on; until then it has to be taken off. */
function refundedOf({ refund, failedRefunds = {} }: OrderParts): number {
  if (!refund) return 0;
  const failed = Object.values(failedRefunds).filter((told) => toldAt(told) >= toldAt(refund));
  return Math.max(
    0,
    failed.reduce((sum, { value }) => sum - value.amount, refund.value.refunded),
  );
}

function failureOf(payment: Told<PaymentFact> | undefined): OrderFailure | null {
  if (payment?.value.status !== 'failed') return null;
  const { code, declineCode } = payment.value;
  return { code, declineCode, at: isoTime(payment) };
}

function disputesOf(parts: OrderParts): OrderDispute[] {
  return disputeFacts(parts).map((told) => {
    const { dispute: id, status, reason, amount, currency } = told.value;
    return { id, status, reason, amount, currency, asOf: isoTime(told) };
  });
}

const disputeFacts = ({ disputes = {} }: OrderParts): Told<DisputeFact>[] =>
  Object.values(disputes).toSorted((a, b) => (a.value.dispute < b.value.dispute ? -1 : 1));

function paidAt({ payment, session }: OrderParts): Date | null {
  const times = [payment, session].filter(isPaid).map(timeOf);
  return times.length > 0 ? new Date(Math.min(...times) * 1000) : null;
}

const isoTime = (told: Told<unknown>): string => new Date(toldAt(told) * 1000).toISOString();
