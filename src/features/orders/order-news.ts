import type Stripe from 'stripe';
import type { EventOf } from '../../event-handlers/index.js';
import type { OrderFact, PaymentFact, SessionFact } from './order-fact.js';

/** Every event that says something of an order. */
export const orderEvents = [
  'payment_intent.processing',
  'payment_intent.payment_failed',
  'payment_intent.canceled',
  'payment_intent.succeeded',
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'checkout.session.async_payment_failed',
  'charge.refunded',
  'refund.updated',
  'refund.failed',
  'charge.dispute.created',
  'charge.dispute.updated',
  'charge.dispute.closed',
] as const;

export type OrderEvent = EventOf<(typeof orderEvents)[number]>;

/** Who buys, and what the platform noted at Stripe: personal, or at least may be. */
export interface Buyer {
  customer: string | null;
  /** `client_reference_id` of the Checkout session. */
  reference: string | null;
  metadata: Record<string, string>;
}

/** What an event says of one order. */
export interface OrderNews {
  /** The payment intent, or the Checkout session where there was nothing to pay. */
  order: string;
  /** When it began, in seconds since 1970, as far as this event knows. */
  began: number;
  fact: OrderFact;
  buyer?: Buyer;
}

/** @returns nothing for an event that is not about an order: see docs/orders.md */
export function newsOf(event: OrderEvent): OrderNews | undefined {
  switch (event.type) {
    case 'payment_intent.processing':
      return paymentNews(event.data.object, 'processing');
    case 'payment_intent.payment_failed':
      return paymentNews(event.data.object, 'failed');
    case 'payment_intent.canceled':
      return paymentNews(event.data.object, 'canceled');
    case 'payment_intent.succeeded':
      return paymentNews(event.data.object, 'succeeded');
    case 'checkout.session.completed':
      return sessionNews(event.data.object);
    case 'checkout.session.async_payment_succeeded':
      return sessionNews(event.data.object, 'paid');
    case 'checkout.session.async_payment_failed':
      return sessionNews(event.data.object, 'failed');
    case 'charge.refunded':
      return refundNews(event.data.object, event.created);
    case 'refund.updated':
    case 'refund.failed':
      return failedRefundNews(event.data.object, event.created);
    case 'charge.dispute.created':
    case 'charge.dispute.updated':
    case 'charge.dispute.closed':
      return disputeNews(event.data.object, event.created);
  }
}

function paymentNews(intent: Stripe.PaymentIntent, status: PaymentFact['status']): OrderNews {
  const { id, amount, amount_received: received, currency, last_payment_error: error } = intent;
  const failure = status === 'failed' ? error : null;
  return {
    order: id,
    began: intent.created,
    fact: {
      kind: 'payment',
      status,
      amount: status === 'succeeded' ? received : amount,
      currency,
      code: failure?.code ?? null,
      declineCode: failure?.decline_code ?? null,
    },
    buyer: { customer: idOf(intent.customer), reference: null, metadata: intent.metadata },
  };
}

const statusOf = ({ payment_status: status }: Stripe.Checkout.Session): SessionFact['status'] => {
  if (status === 'no_payment_required') return 'free';
  return status === 'paid' ? 'paid' : 'awaiting';
};

/** Setups and subscriptions are no orders; a free session is one, and has no payment intent. */
function sessionNews(session: Stripe.Checkout.Session, status = statusOf(session)): OrderNews | undefined {
  const order = idOf(session.payment_intent) ?? (status === 'free' ? session.id : null);
  if (order === null || session.mode !== 'payment') return undefined;
  const { id, amount_total: amount, currency, client_reference_id: reference } = session;
  return {
    order,
    began: session.created,
    fact: { kind: 'session', session: id, status, amount, currency },
    buyer: { customer: idOf(session.customer), reference, metadata: session.metadata ?? {} },
  };
}

function refundNews(charge: Stripe.Charge, began: number): OrderNews | undefined {
  const order = idOf(charge.payment_intent);
  if (order === null) return undefined;
  if (!charge.captured) return { order, began, fact: { kind: 'release', charge: charge.id } };
  const { id, amount_captured: amount, currency } = charge;
  // What was held and not captured counts as refunded for Stripe.
  const refunded = charge.refunded ? amount : charge.amount_refunded - (charge.amount - amount);
  return {
    order,
    began,
    fact: { kind: 'refund', charge: id, amount, refunded: Math.max(0, refunded), currency },
  };
}

/** Refunds that go well are told by their charge. */
function failedRefundNews(refund: Stripe.Refund, began: number): OrderNews | undefined {
  const order = idOf(refund.payment_intent);
  if (order === null || (refund.status !== 'failed' && refund.status !== 'canceled')) return undefined;
  return { order, began, fact: { kind: 'failed_refund', refund: refund.id, amount: refund.amount } };
}

function disputeNews(dispute: Stripe.Dispute, began: number): OrderNews | undefined {
  const order = idOf(dispute.payment_intent);
  if (order === null) return undefined;
  const { id, status, reason, amount, currency } = dispute;
  return { order, began, fact: { kind: 'dispute', dispute: id, status, reason, amount, currency } };
}

/** Stripe sends an id, or the whole object where somebody asked to expand it. */
export const idOf = (value: string | { id: string } | null): string | null =>
  typeof value === 'string' ? value : (value?.id ?? null);
