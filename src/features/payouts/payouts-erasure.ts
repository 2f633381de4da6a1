import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Erasure, OnErasure } from '../../event-handlers/index.js';

/** As if it had never been known: should there be another payout, Stripe is asked. */
const FORGET_CONTACT = `DELETE FROM account_contact WHERE account = $1`;

/** Banks may name the holder of an account in what they say. Amounts and dates are books, and stay. */
const FORGET_PAYOUTS = `UPDATE payout SET failure_message = NULL WHERE account = $1 AND failure_message IS NOT NULL`;
const FORGET_PROBLEMS = `
  UPDATE external_account_problem SET failure_message = NULL WHERE account = $1 AND failure_message IS NOT NULL`;

/** Forgets who holds an account that is erased. */
@Injectable()
export class PayoutsErasure {
  @OnErasure()
  async erase({ customer, account, events }: Erasure, tx: EntityManager): Promise<void> {
    if (events.length > 0 || account === undefined || customer !== undefined) return;
    for (const text of [FORGET_CONTACT, FORGET_PAYOUTS, FORGET_PROBLEMS]) await tx.query(text, [account]);
  }
}
