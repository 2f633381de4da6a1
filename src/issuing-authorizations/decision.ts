import type { AuthorizationRequest } from './authorization-request.js';
import type { ShadowVerdict } from './policy.js';
import type { Reservation } from './rule-check.js';

/** What Stripe reads. https://docs.stripe.com/issuing/controls/real-time-authorizations */
export interface IssuingAnswer {
  approved: boolean;
  amount?: number;
  metadata?: Record<string, string>;
}

/** One decision as the ledger keeps it. */
export interface Decision {
  eventId: string;
  authorizationId: string | null;
  cardId: string | null;
  cardholderId: string | null;
  account: string | null;
  livemode: boolean;
  requestedAt: string;
  decidedAt: string;
  currency: string | null;
  asked: number | null;
  approved: boolean;
  /** What is held: 0 when declined. */
  granted: number;
  /** Whether less than what was asked for was approved, which the answer must say. */
  partial: boolean;
  metadata: Record<string, string> | null;
  reason: string;
  policy: string | null;
  fallback: boolean;
  latencyMs: number;
  shadow: ShadowVerdict[];
  /** The totals that it takes from as far as it is granted, or Stripe approves it in spite of us. */
  reservations: Reservation[];
}

/** What a decision says, before it is known about which request. */
export interface Ruling {
  approved: boolean;
  /** Less than what was asked for, in the smallest unit. */
  amount?: number;
  metadata?: Record<string, string>;
  reason: string;
  policy?: string;
  fallback?: boolean;
}

export interface DecisionSubject {
  eventId: string;
  requestedAt: Date;
  /** Known even where the request could not be understood. */
  authorizationId: string | null;
  account: string | null;
  livemode: boolean;
  /** Absent when the request could not be understood. */
  request?: AuthorizationRequest;
  arrivedAt: number;
}

export function decisionOf(
  subject: DecisionSubject,
  ruling: Ruling,
  reservations: Reservation[] = [],
): Decision {
  const { request } = subject;
  const granted = ruling.approved ? (ruling.amount ?? request?.amount ?? 0) : 0;
  return {
    eventId: subject.eventId,
    authorizationId: subject.authorizationId,
    cardId: request?.cardId ?? null,
    cardholderId: request?.cardholderId ?? null,
    account: subject.account,
    livemode: subject.livemode,
    requestedAt: subject.requestedAt.toISOString(),
    decidedAt: new Date().toISOString(),
    currency: request?.currency ?? null,
    asked: request?.amount ?? null,
    approved: ruling.approved,
    granted,
    partial: ruling.approved && ruling.amount !== undefined && ruling.amount !== request?.amount,
    metadata: ruling.metadata ?? null,
    reason: ruling.reason,
    policy: ruling.policy ?? null,
    fallback: ruling.fallback ?? false,
    latencyMs: performance.now() - subject.arrivedAt,
    shadow: [],
    reservations,
  };
}

/** Whether it takes from a total, and so must not be answered before that was possible. */
export const takesFromTotals = ({ granted, reservations }: Decision): boolean =>
  granted > 0 && reservations.length > 0;

export const answerOf = ({ approved, partial, granted, metadata }: Decision): IssuingAnswer => ({
  approved,
  ...(partial && { amount: granted }),
  ...(metadata && { metadata }),
});
