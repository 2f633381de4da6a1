import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import type { EntityManager } from 'typeorm';
import { destinationOf, type Known } from './payout-ledger.js';

const FAILED = `
  INSERT INTO external_account_problem
    (external_account, account, livemode, payout, failure_code, failure_message, failed_at, failed_event)
  VALUES ($1, $2, $3, $4, $5, $6, to_timestamp($7), $8)
  ON CONFLICT (external_account, account) DO UPDATE
  SET payout = EXCLUDED.payout, failure_code = EXCLUDED.failure_code, failure_message = EXCLUDED.failure_message,
      failed_at = EXCLUDED.failed_at, failed_event = EXCLUDED.failed_event
  WHERE external_account_problem.failed_at IS NULL
     OR (external_account_problem.failed_at, external_account_problem.failed_event)
      < (EXCLUDED.failed_at, EXCLUDED.failed_event)`;

const RECOVERED = `
  INSERT INTO external_account_problem (external_account, account, livemode, recovered_at, recovered_by)
  VALUES ($1, $2, $3, to_timestamp($4), $5)
  ON CONFLICT (external_account, account) DO UPDATE
  SET recovered_at = EXCLUDED.recovered_at, recovered_by = EXCLUDED.recovered_by
  WHERE external_account_problem.recovered_at IS NULL
     OR (external_account_problem.recovered_at, external_account_problem.recovered_by)
      < (EXCLUDED.recovered_at, EXCLUDED.recovered_by)`;

/** Stripe sets these when a payout to a bank account fails, or when the account could not be verified. */
const BROKEN = ['errored', 'verification_failed', 'tokenized_account_number_deactivated'];

/** Marks the bank accounts and cards that payouts cannot reach, and takes the mark away when they can. */
@Injectable()
export class ExternalAccounts {
  /** What a payout's status says of where it went. */
  async judge(tx: EntityManager, payout: Stripe.Payout, known: Known): Promise<void> {
    const destination = destinationOf(payout);
    if (destination === null) return;
    if (payout.status === 'failed') {
      const { id, failure_code: code, failure_message: message } = payout;
      const { account, livemode } = known;
      await tx.query(FAILED, [destination, account, livemode, id, code, message, known.created, known.id]);
    } else if (payout.status === 'paid') await this.recovered(tx, destination, known);
  }

  /** New details make Stripe try again; but it also reports by this event that it has given an account up. */
  async changed(tx: EntityManager, changed: Stripe.BankAccount | Stripe.Card, known: Known): Promise<void> {
    if (changed.object === 'bank_account' && BROKEN.includes(changed.status)) return;
    await this.recovered(tx, changed.id, known);
  }

  /** It was paid to, changed, or removed: nothing has to be done about it. */
  async recovered(tx: EntityManager, id: string, known: Known): Promise<void> {
    await tx.query(RECOVERED, [id, known.account, known.livemode, known.created, known.id]);
  }
}
