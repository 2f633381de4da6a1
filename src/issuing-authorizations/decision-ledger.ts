import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { PostgresPool, Rollback } from '../database/postgres-pool.js';
import { type Decision, takesFromTotals } from './decision.js';
import { IssuingMetrics } from './issuing-metrics.js';
import * as statement from './ledger-statements.js';
import type { Granted, LedgerReader, ShadowVerdict } from './policy.js';
import { Reconciliation } from './reconciliation.js';
import type { Reservation } from './rule-check.js';

/** Enough for a burst; more would only wait inside Postgres. */
const CONNECTIONS = 8;

/** What the ledger says of an event that was decided before. */
type Recorded = Pick<
  Decision,
  | 'eventId'
  | 'approved'
  | 'granted'
  | 'partial'
  | 'metadata'
  | 'reason'
  | 'policy'
  | 'fallback'
  | 'reservations'
> & { held: number };

/** What became of an attempt to record a decision. */
export type RecordResult =
  | { kind: 'recorded' }
  /** Another delivery of the event was decided before: its answer stands. */
  | { kind: 'known'; decision: Recorded }
  /** An approval would have gone over the total of one of its rules; nothing was recorded. */
  | { kind: 'over_limit' };

class OverLimit extends Rollback {
  override readonly name = 'OverLimit';
}

class TooLate extends Rollback {
  override readonly name = 'TooLate';
}

/** The ledger of decisions, and the totals that approvals take from. */
@Injectable()
export class DecisionLedger implements LedgerReader, OnApplicationShutdown {
  private readonly pool: PostgresPool;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly reconciliation: Reconciliation,
    private readonly metrics: IssuingMetrics,
  ) {
    this.pool = new PostgresPool({
      url: config.DATABASE_URL,
      name: 'turnpike issuing',
      size: CONNECTIONS,
      timeoutMs: config.ISSUING_DEADLINE_MS,
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  /**
   * Records a decision and, for an approval, takes its amount from the totals in the same transaction.
   *
   * @param isTooLate - asked before the commit: an answer that is out already must not be recorded otherwise
   */
  async record(decision: Decision, isTooLate: () => boolean): Promise<RecordResult> {
    if (!takesFromTotals(decision)) return this.recordAlone(decision);
    try {
      return await this.pool.transaction(async (run) => {
        const reservations = JSON.stringify(decision.reservations);
        const taken = await run(statement.RESERVE, [reservations, decision.granted]);
        if (taken.length < decision.reservations.length) throw new OverLimit();
        const recorded = await run(statement.RECORD, [JSON.stringify(decision)]);
        if (isTooLate()) throw new TooLate();
        if (recorded.length === 0) throw new Rollback();
        return { kind: 'recorded' };
      });
    } catch (error) {
      if (error instanceof TooLate || !(error instanceof Rollback)) throw error;
      const known = await this.find(decision.eventId);
      if (known) return { kind: 'known', decision: known };
      return { kind: 'over_limit' };
    }
  }

  /**
   * Makes the ledger say what was answered, whatever it says now. Used for decisions that could not be recorded before
   * the answer had to go out; may be repeated.
   */
  async recordAnswered(decision: Decision): Promise<void> {
    const { authorizationId, granted, reservations } = decision;
    const differing = await this.pool.transaction(async (run) => {
      if (authorizationId !== null) await this.reconciliation.lock(run, authorizationId);
      const row = JSON.stringify(decision);
      // This waits for a commit that may still be under way, so that what it took from the totals is seen.
      const isNew = (await run(statement.RECORD, [row])).length > 0;
      const changes = share(reservations, granted);
      if (!isNew) {
        const [before] = await run<Recorded>(`${statement.FIND} FOR UPDATE`, [decision.eventId]);
        if (!before) throw new Error(`Decision ${decision.eventId} was neither recorded nor found`);
        if (before.approved === decision.approved && before.granted === granted) return [];
        changes.push(...share(before.reservations, -before.held));
        await run(statement.REPLACE, [row]);
      }
      await run(statement.ADJUST, [JSON.stringify(changes)]);
      // Stripe may have reported what became of it before it came here.
      if (authorizationId === null) return [];
      return (await this.reconciliation.reconcile(run, authorizationId)).differing;
    });
    for (const reason of differing) this.metrics.mismatches.inc({ reason });
  }

  /** @returns whether the decision was there to be completed */
  async noteShadow(eventId: string, shadow: ShadowVerdict[]): Promise<boolean> {
    return (await this.pool.query(statement.NOTE_SHADOW, [eventId, JSON.stringify(shadow)])).length > 0;
  }

  async granted(
    of: { cardId: string } | { cardholderId: string },
    currency: string,
    since: Date,
  ): Promise<Granted> {
    const [card, cardholder] = 'cardId' in of ? [of.cardId, null] : [null, of.cardholderId];
    const [row] = await this.pool.query<Granted>(statement.GRANTED, [card, cardholder, currency, since]);
    return row ?? { amount: 0, count: 0 };
  }

  private async recordAlone(decision: Decision): Promise<RecordResult> {
    const recorded = await this.pool.query(statement.RECORD, [JSON.stringify(decision)]);
    if (recorded.length > 0) return { kind: 'recorded' };
    const known = await this.find(decision.eventId);
    if (!known) throw new Error(`Decision ${decision.eventId} was neither recorded nor found`);
    return { kind: 'known', decision: known };
  }

  private async find(eventId: string): Promise<Recorded | undefined> {
    const [recorded] = await this.pool.query<Recorded>(statement.FIND, [eventId]);
    return recorded;
  }
}

/** What an amount, or with a minus sign its return, changes in the totals. */
const share = (reservations: readonly Reservation[], amount: number) =>
  reservations.map((reservation) => ({ ...reservation, amount, count: Math.sign(amount) }));
