import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Erasure, OnErasure } from '../event-handlers/index.js';

/** What policies wrote may name somebody. Amounts, answers and ids are the ledger, and stay. */
const FORGET = `UPDATE issuing_decision SET metadata = NULL, shadow = '[]'`;

/** Forgets what policies noted about an authorization that is erased. */
@Injectable()
export class DecisionErasure {
  @OnErasure()
  async erase({ customer, account, events }: Erasure, tx: EntityManager): Promise<void> {
    if (events.length > 0) {
      await tx.query(`${FORGET} WHERE event_id = ANY ($1)`, [events.map(({ id }) => id)]);
    } else if (account !== undefined && customer === undefined) {
      await tx.query(`${FORGET} WHERE account = $1`, [account]);
    }
  }
}
