import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import type { EntityManager } from 'typeorm';
import type { RunStatement } from '../database/postgres-pool.js';
import { type EventOf, type HandlerContext, OnStripeEvent, RetryAfter } from '../event-handlers/index.js';
import type { AppliedRequest } from './held-amounts.js';
import { IssuingMetrics } from './issuing-metrics.js';
import { Reconciliation } from './reconciliation.js';

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
    actsForAccount: false,
    ordering: 'object',
  })
  async reconcile(
    event: EventOf<'issuing_authorization.created' | 'issuing_authorization.updated'>,
    { tx, attempt }: HandlerContext,
  ): Promise<void> {
    const { id, status, approved, amount, request_history: history } = event.data.object;
    const applied = appliedRequests(history);
    // Stripe decided alone and never asked.
    if (applied.length === 0) return;
    const run = statementsIn(tx);
    const reportedAt = new Date(event.created * 1000);
    await this.reconciliation.report(run, id, { reportedAt, status, approved, amount, applied });
    const { decisions, differing } = await this.reconciliation.reconcile(run, id);
    if (decisions < applied.length) {
      if (attempt < ATTEMPTS_WITHOUT_DECISION)
        throw new RetryAfter(WAIT_FOR_DECISION_MS, 'The decision is not in the ledger yet');
      await this.reconciliation.miss(run, id);
      this.metrics.mismatches.inc({ reason: 'no_decision' });
    }
    for (const reason of differing) this.metrics.mismatches.inc({ reason });
  }

  @OnStripeEvent('issuing_transaction.created', {
    id: 'issuing.settle',
    ordering: 'object',
    actsForAccount: false,
  })
  async settle(event: EventOf<'issuing_transaction.created'>, { tx }: HandlerContext): Promise<void> {
    const { id, amount, authorization } = event.data.object;
    const authorizationId = typeof authorization === 'string' ? authorization : authorization?.id;
    // Captures are negative, refunds positive: a refund gives back what was spent, not what was held.
    if (authorizationId === undefined || amount >= 0) return;
    const run = statementsIn(tx);
    await this.reconciliation.settle(run, id, authorizationId, -amount);
    await this.reconciliation.reconcile(run, authorizationId);
  }
}

const statementsIn =
  (tx: EntityManager): RunStatement =>
  (text, values) =>
    tx.query(text, values);

/** The requests that a webhook decided, oldest first; Stripe's own declines never reached us. */
const appliedRequests = (history: Stripe.Issuing.Authorization['request_history']): AppliedRequest[] =>
  history
    .filter(({ reason }) => reason.startsWith('webhook_'))
    .toSorted((a, b) => a.created - b.created)
    .map(({ approved, reason, amount }) => ({ approved, reason, amount }));
