import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { type EventOf, type HandlerContext, OnStripeEvent, RetryAfter } from '../event-handlers/index.js';
import { IssuingMetrics } from './issuing-metrics.js';
import { type AppliedRequest, Reconciliation } from './reconciliation.js';

/** A decision may still be on its way from disk into the ledger: attempts and the wait between them. */
const ATTEMPTS_WITHOUT_DECISION = 5;
const WAIT_FOR_DECISION_MS = 10_000;

/** Follows what Stripe reports of authorizations after they were decided. */
@Injectable()
export class ReconciliationHandlers {
  constructor(
    private readonly reconciliation: Reconciliation,
    private readonly metrics: IssuingMetrics,
  ) {}

  @OnStripeEvent(['issuing_authorization.created', 'issuing_authorization.updated'], {
    id: 'issuing.reconcile',
    ordering: 'object',
  })
  async reconcile(
    event: EventOf<'issuing_authorization.created' | 'issuing_authorization.updated'>,
    { tx, attempt }: HandlerContext,
  ): Promise<void> {
    const authorization = event.data.object;
    const applied = appliedRequests(authorization);
    const decisions = await this.reconciliation.decisionsOn(tx, authorization.id);
    if (decisions.length < applied.length) {
      if (attempt < ATTEMPTS_WITHOUT_DECISION)
        throw new RetryAfter(WAIT_FOR_DECISION_MS, 'The decision is not in the ledger yet');
      this.metrics.mismatches.inc({ reason: 'no_decision' });
    }
    const at = new Date(event.created * 1000);
    if (decisions.some(({ reconciledAt }) => reconciledAt !== null && reconciledAt > at)) return;
    for (const reason of await this.reconciliation.apply(tx, decisions, applied, at)) {
      this.metrics.mismatches.inc({ reason });
    }
    const settled = await this.reconciliation.settled(tx, authorization.id);
    // A later, incremental request may be decided already: this event does not know of it.
    const known = decisions.slice(0, applied.length);
    await this.reconciliation.hold(tx, known, heldAmount(authorization, settled));
  }

  @OnStripeEvent('issuing_transaction.created', { id: 'issuing.settle', ordering: 'object' })
  async settle(event: EventOf<'issuing_transaction.created'>, { tx }: HandlerContext): Promise<void> {
    const { id, amount, authorization } = event.data.object;
    const authorizationId = typeof authorization === 'string' ? authorization : authorization?.id;
    // Captures are negative, refunds positive: a refund gives back what was spent, not what was held.
    if (authorizationId === undefined || amount >= 0) return;
    const decisions = await this.reconciliation.decisionsOn(tx, authorizationId);
    if (!(await this.reconciliation.settle(tx, id, authorizationId, -amount))) return;
    const settled = await this.reconciliation.settled(tx, authorizationId);
    await this.reconciliation.hold(tx, decisions, settled.amount);
  }
}

/** The requests that a webhook decided, oldest first; Stripe's own declines never reached us. */
function appliedRequests({ request_history: history }: Stripe.Issuing.Authorization): AppliedRequest[] {
  return history
    .filter(({ reason }) => reason.startsWith('webhook_'))
    .toSorted((a, b) => a.created - b.created)
    .map(({ approved, reason, amount }) => ({ approved, reason, amount }));
}

/** What an authorization still binds. https://docs.stripe.com/issuing/purchases/authorizations */
function heldAmount(
  { status, approved, amount }: Stripe.Issuing.Authorization,
  settled: { amount: number; count: number },
): number {
  switch (status) {
    case 'pending':
      return approved ? Math.max(amount, settled.amount) : settled.amount;
    case 'closed':
      return settled.count > 0 || !approved ? settled.amount : amount;
    default:
      return settled.amount;
  }
}
