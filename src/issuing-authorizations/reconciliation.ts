import { Injectable } from '@nestjs/common';
import type { RunStatement } from '../database/postgres-pool.js';
import { type AppliedRequest, type AuthorizationReport, heldAmounts, type Settled } from './held-amounts.js';
import { ADJUST } from './ledger-statements.js';
import * as statement from './reconciliation-statements.js';
import type { Reservation } from './rule-check.js';

export type Outcome = 'pending' | 'match' | 'mismatch';

interface OpenDecision {
  eventId: string;
  approved: boolean;
  asked: number | null;
  granted: number;
  partial: boolean;
  held: number;
  reservations: Reservation[];
  outcome: Outcome;
}

/** What a comparison of the ledger with Stripe's reports brought to light. */
export interface Reconciled {
  /** How many decisions the ledger has on the authorization. */
  decisions: number;
  /** What Stripe gave as the reason, for each decision that has turned out to differ. */
  differing: string[];
}

type Report = AuthorizationReport & { reportedAt: Date };

/**
 * Compares the ledger with what Stripe applied, and lets the totals follow what is really held. All is worked out anew
 * from what is known, so it does not matter in which order Stripe's events come, nor how often.
 */
@Injectable()
export class Reconciliation {
  /** Keeps how an authorization stands, unless something newer is known. */
  async report(run: RunStatement, authorizationId: string, report: Report): Promise<void> {
    const { reportedAt, status, approved, amount, applied } = report;
    const values = [authorizationId, reportedAt, status, approved, amount, JSON.stringify(applied)];
    await run(statement.REPORT, values);
  }

  /** Keeps a capture, once. */
  async settle(
    run: RunStatement,
    transactionId: string,
    authorizationId: string,
    amount: number,
  ): Promise<void> {
    await run(statement.SETTLE, [transactionId, authorizationId, amount]);
  }

  /** Keeps that decisions on an authorization are missing, and since when. */
  async miss(run: RunStatement, authorizationId: string): Promise<void> {
    await run(statement.MISS, [authorizationId]);
  }

  /** Takes the locks of {@link reconcile}: before any total is changed, or two would wait for each other. */
  async lock(run: RunStatement, authorizationId: string): Promise<OpenDecision[]> {
    return run<OpenDecision>(statement.DECISIONS, [authorizationId]);
  }

  /** Applies what is known of an authorization to the decisions on it. */
  async reconcile(run: RunStatement, authorizationId: string): Promise<Reconciled> {
    const decisions = await this.lock(run, authorizationId);
    if (decisions.length === 0) return { decisions: 0, differing: [] };
    const [report] = await run<Report>(statement.REPORTED, [authorizationId]);
    const [settled = { amount: 0, count: 0 }] = await run<Settled & object>(statement.SETTLED, [
      authorizationId,
    ]);
    const granted = decisions.map((decision) => decision.granted);
    await this.hold(run, decisions, heldAmounts(granted, report, settled));
    const differing = report ? await this.compare(run, decisions, report) : [];
    return { decisions: decisions.length, differing };
  }

  private async compare(
    run: RunStatement,
    decisions: OpenDecision[],
    { applied, reportedAt }: Report,
  ): Promise<string[]> {
    const differing: string[] = [];
    for (const [i, decision] of decisions.entries()) {
      const entry = applied[i];
      if (!entry) continue;
      const outcome: Outcome = isAsDecided(decision, entry) ? 'match' : 'mismatch';
      if (outcome === 'mismatch' && decision.outcome !== 'mismatch') differing.push(entry.reason);
      const values = [decision.eventId, entry.reason, entry.approved, outcome, reportedAt];
      await run(statement.APPLY, values);
    }
    return differing;
  }

  private async hold(run: RunStatement, decisions: OpenDecision[], amounts: number[]): Promise<void> {
    const changes: (Reservation & Settled)[] = [];
    for (const [i, decision] of decisions.entries()) {
      const held = amounts[i] ?? 0;
      if (held === decision.held) continue;
      await run(statement.HOLD, [decision.eventId, held]);
      const change = { amount: held - decision.held, count: Number(held > 0) - Number(decision.held > 0) };
      changes.push(...decision.reservations.map((reservation) => ({ ...reservation, ...change })));
    }
    if (changes.length > 0) await run(ADJUST, [JSON.stringify(changes)]);
  }
}

/** A time-out or an error is never what was decided, even where Stripe's default happens to be the same. */
function isAsDecided(decision: OpenDecision, applied: AppliedRequest): boolean {
  if (!/^webhook_(approved|declined)$/.test(applied.reason)) return false;
  if (applied.approved !== decision.approved) return false;
  const { approved, granted, partial, asked } = decision;
  // Stripe's documentation leaves open which of the two the history names after a partial approval.
  return !approved || applied.amount === granted || (partial && applied.amount === asked);
}
