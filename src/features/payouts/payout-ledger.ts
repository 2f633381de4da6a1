import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import type { EntityManager } from 'typeorm';

/** The event that something is known from. */
export interface Known {
  /** Event id. */
  id: string;
  /** Seconds since 1970. */
  created: number;
  account: string;
  livemode: boolean;
}

/**
 * How far along a status is. A payout only moves forward, and what was paid may still fail, so the furthest status is
 * the last one whatever Stripe's clock says: https://docs.stripe.com/api/payouts/object#payout_object-status
 */
const PROGRESS: Record<string, number> = { pending: 0, in_transit: 1, paid: 2, canceled: 3, failed: 3 };

const RECORD = `
  INSERT INTO payout (id, account, livemode, status, amount, currency, created, arrival_date, destination,
                      failure_code, failure_message, progress, event_created, event_id)
  VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7), to_timestamp($8), $9, $10, $11, $12, to_timestamp($13), $14)
  ON CONFLICT (id, account) DO UPDATE
  SET status = EXCLUDED.status, amount = EXCLUDED.amount, currency = EXCLUDED.currency,
      arrival_date = EXCLUDED.arrival_date, destination = EXCLUDED.destination,
      failure_code = EXCLUDED.failure_code, failure_message = EXCLUDED.failure_message,
      progress = EXCLUDED.progress, event_created = EXCLUDED.event_created, event_id = EXCLUDED.event_id
  WHERE (payout.progress, payout.event_created, payout.event_id)
      < (EXCLUDED.progress, EXCLUDED.event_created, EXCLUDED.event_id)`;

const RECORD_BALANCE = `
  INSERT INTO account_balance (account, livemode, available, pending, event_created, event_id)
  VALUES ($1, $2, $3, $4, to_timestamp($5), $6)
  ON CONFLICT (account, livemode) DO UPDATE
  SET available = EXCLUDED.available, pending = EXCLUDED.pending,
      event_created = EXCLUDED.event_created, event_id = EXCLUDED.event_id
  WHERE (account_balance.event_created, account_balance.event_id) < (EXCLUDED.event_created, EXCLUDED.event_id)`;

/** Keeps payouts and balances as their newest events describe them. */
@Injectable()
export class PayoutLedger {
  async record(tx: EntityManager, payout: Stripe.Payout, known: Known): Promise<void> {
    await tx.query(RECORD, [
      payout.id,
      known.account,
      known.livemode,
      payout.status,
      payout.amount,
      payout.currency,
      payout.created,
      payout.arrival_date,
      destinationOf(payout),
      payout.failure_code,
      payout.failure_message,
      PROGRESS[payout.status] ?? 0,
      known.created,
      known.id,
    ]);
  }

  async recordBalance(tx: EntityManager, balance: Stripe.Balance, known: Known): Promise<void> {
    const parts = [balance.available, balance.pending].map((amounts) => JSON.stringify(amounts));
    await tx.query(RECORD_BALANCE, [known.account, known.livemode, ...parts, known.created, known.id]);
  }
}

/** Stripe sends an id, or the whole object where somebody asked to expand it. */
export const destinationOf = ({ destination }: Stripe.Payout): string | null =>
  typeof destination === 'string' ? destination : (destination?.id ?? null);
