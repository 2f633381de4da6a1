import { newest, type Rank, type Told } from './told.js';

/** Amounts are in the currency's smallest unit; none of this tells who the buyer is. */
export type OrderFact = PaymentFact | SessionFact | RefundFact | FailedRefundFact | DisputeFact | ReleaseFact;

/** How an attempt to pay went. */
export interface PaymentFact {
  kind: 'payment';
  status: 'processing' | 'failed' | 'canceled' | 'succeeded';
  /** What was received, or what is asked for until then. */
  amount: number;
  currency: string;
  code: string | null;
  declineCode: string | null;
}

/** What Checkout says of the payment. */
export interface SessionFact {
  kind: 'session';
  session: string;
  status: 'awaiting' | 'failed' | 'paid' | 'free';
  amount: number | null;
  currency: string | null;
}

/** How much of a charge has gone back by then. */
export interface RefundFact {
  kind: 'refund';
  charge: string;
  amount: number;
  refunded: number;
  currency: string;
}

/** A refund that did not reach the buyer: the money is back. */
export interface FailedRefundFact {
  kind: 'failed_refund';
  refund: string;
  amount: number;
}

export interface DisputeFact {
  kind: 'dispute';
  dispute: string;
  status: string;
  reason: string;
  amount: number;
  currency: string;
}

/** A hold that was given up: Stripe calls it a refund, but nothing had been paid. */
export interface ReleaseFact {
  kind: 'release';
  charge: string;
}

/** The newest of what is known, by what it is about. */
export interface OrderParts {
  payment?: Told<PaymentFact>;
  session?: Told<SessionFact>;
  refund?: Told<RefundFact>;
  failedRefunds?: Record<string, Told<FailedRefundFact>>;
  disputes?: Record<string, Told<DisputeFact>>;
}

const PAYMENT_PROGRESS = { processing: 0, failed: 1, canceled: 2, succeeded: 3 } as const;

/** https://docs.stripe.com/api/disputes/object#dispute_object-status */
const DISPUTE_PROGRESS = [
  'warning_needs_response',
  'warning_under_review',
  'needs_response',
  'under_review',
  'appeal_needs_response',
  'appeal_under_review',
];

/** @param at - seconds since 1970 */
export function rankOf(fact: OrderFact, at: number): Rank {
  switch (fact.kind) {
    case 'payment':
      // Nothing follows a payment that has succeeded or was canceled, whatever Stripe's clock says.
      return [
        fact.status === 'succeeded' || fact.status === 'canceled' ? 1 : 0,
        at,
        PAYMENT_PROGRESS[fact.status],
      ];
    case 'session':
      return [fact.status === 'awaiting' ? 0 : 1, at, 0];
    case 'refund':
      return [0, at, fact.refunded];
    case 'dispute': {
      const progress = DISPUTE_PROGRESS.indexOf(fact.status);
      return [0, at, progress < 0 ? DISPUTE_PROGRESS.length : progress];
    }
    case 'failed_refund':
    case 'release':
      return [0, at, 0];
  }
}

/** What is known with one fact more. */
export function withFact(parts: OrderParts, fact: OrderFact, told: Omit<Told<unknown>, 'value'>): OrderParts {
  switch (fact.kind) {
    case 'payment':
      return { ...parts, payment: newest(parts.payment, { ...told, value: fact }) };
    case 'session':
      return { ...parts, session: newest(parts.session, { ...told, value: fact }) };
    case 'refund':
      return { ...parts, refund: newest(parts.refund, { ...told, value: fact }) };
    case 'failed_refund': {
      const { [fact.refund]: known, ...others } = parts.failedRefunds ?? {};
      const failedRefunds = { ...others, [fact.refund]: newest(known, { ...told, value: fact }) };
      return { ...parts, failedRefunds };
    }
    case 'dispute': {
      const { [fact.dispute]: known, ...others } = parts.disputes ?? {};
      const disputes = { ...others, [fact.dispute]: newest(known, { ...told, value: fact }) };
      return { ...parts, disputes };
    }
    case 'release':
      return parts;
  }
}

/** Whether somebody still has to decide on a dispute. */
export const isOpenDispute = (status: string): boolean => DISPUTE_PROGRESS.includes(status);
