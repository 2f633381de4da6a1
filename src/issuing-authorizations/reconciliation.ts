import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Reservation } from './rule-check.js';

/** What Stripe says that it did with one request: an entry of `request_history`. */
export interface AppliedRequest {
  approved: boolean;
  /** `webhook_approved`, `webhook_timeout`, …: an open list. */
  reason: string;
  amount: number;
}

interface OpenDecision {
  eventId: string;
  approved: boolean;
  granted: number;
  held: number;
  reservations: Reservation[];
  outcome: Outcome;
  reconciledAt: Date | null;
}

export type Outcome = 'pending' | 'match' | 'mismatch';

const DECISIONS = `
  SELECT event_id AS "eventId", approved, granted::float8 AS granted, held::float8 AS held, reservations, outcome,
         reconciled_at AS "reconciledAt"
  FROM issuing_decision WHERE authorization_id = $1 ORDER BY requested_at, event_id FOR UPDATE`;

const APPLY = `
  UPDATE issuing_decision SET applied_reason = $2, applied_approved = $3, outcome = $4, reconciled_at = $5
  WHERE event_id = $1`;

const HOLD = `UPDATE issuing_decision SET held = $2 WHERE event_id = $1`;

const ADD_TO_TOTALS = `
  UPDATE spending_total total SET amount = total.amount + $2::bigint, count = total.count + $3::integer
  FROM (
    SELECT t.ctid FROM spending_total t
    JOIN jsonb_to_recordset($1::jsonb) AS r ("ruleId" bigint, "scopeKey" text, "periodStart" date)
      ON t.rule_id = r."ruleId" AND t.scope_key = r."scopeKey" AND t.period_start = r."periodStart"
    ORDER BY t.rule_id, t.scope_key FOR UPDATE OF t
  ) AS locked WHERE total.ctid = locked.ctid`;

const SETTLE = `
  INSERT INTO issuing_settlement (transaction_id, authorization_id, amount) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING RETURNING transaction_id`;

const SETTLED = `
  SELECT COALESCE(sum(amount), 0)::float8 AS amount, count(*)::int AS count
  FROM issuing_settlement WHERE authorization_id = $1`;

/** Compares the ledger with what Stripe applied, and lets the totals follow what is really held. */
@Injectable()
export class Reconciliation {
  /** The decisions on an authorization, oldest first, locked. */
  async decisionsOn(tx: EntityManager, authorizationId: string): Promise<OpenDecision[]> {
    return tx.query(DECISIONS, [authorizationId]);
  }

  /**
   * Notes what Stripe applied to each decision.
   *
   * @param applied - the webhook decisions of `request_history`, oldest first: the n-th belongs to the n-th request
   * @returns the reasons of decisions that have turned out to differ
   */
  async apply(
    tx: EntityManager,
    decisions: OpenDecision[],
    applied: AppliedRequest[],
    at: Date,
  ): Promise<string[]> {
    const differing: string[] = [];
    for (const [i, decision] of decisions.entries()) {
      const entry = applied[i];
      if (!entry) continue;
      const outcome = isAsDecided(decision, entry) ? 'match' : 'mismatch';
      if (outcome === 'mismatch' && decision.outcome !== 'mismatch') differing.push(entry.reason);
      await tx.query(APPLY, [decision.eventId, entry.reason, entry.approved, outcome, at]);
    }
    return differing;
  }

  /** Makes the decisions of an authorization hold this much together, the oldest first. */
  async hold(tx: EntityManager, decisions: OpenDecision[], total: number): Promise<void> {
    let left = total;
    for (const [i, decision] of decisions.entries()) {
      // More than was granted can be captured: the last approval bears it.
      const bearsRest = decisions.slice(i + 1).every(({ granted }) => granted === 0);
      const held = bearsRest ? left : Math.min(left, decision.granted);
      left -= held;
      if (held === decision.held) continue;
      const count = Number(held > 0) - Number(decision.held > 0);
      await tx.query(HOLD, [decision.eventId, held]);
      await tx.query(ADD_TO_TOTALS, [JSON.stringify(decision.reservations), held - decision.held, count]);
    }
  }

  /** @returns whether this transaction was new */
  async settle(
    tx: EntityManager,
    transactionId: string,
    authorizationId: string,
    amount: number,
  ): Promise<boolean> {
    return (await tx.query<unknown[]>(SETTLE, [transactionId, authorizationId, amount])).length > 0;
  }

  async settled(tx: EntityManager, authorizationId: string): Promise<{ amount: number; count: number }> {
    const [row] = await tx.query<[{ amount: number; count: number }]>(SETTLED, [authorizationId]);
    return row;
  }
}

/** A time-out or an error is never what was decided, even where Stripe's default happens to be the same. */
function isAsDecided({ approved, granted }: OpenDecision, applied: AppliedRequest): boolean {
  if (!/^webhook_(approved|declined)$/.test(applied.reason)) return false;
  return applied.approved === approved && (!approved || applied.amount === granted);
}
