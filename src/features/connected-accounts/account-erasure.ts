import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Erasure, OnErasure } from '../../event-handlers/index.js';

/** What happened is forgotten with its event. */
const FORGET_EVENTS = `
  DELETE FROM connected_account_event kept
  USING unnest($1::text[], $2::boolean[], $3::timestamptz[], $4::text[]) AS erased (account, livemode, created, event_id)
  WHERE (kept.account, kept.livemode, kept.created, kept.event_id)
      = (erased.account, erased.livemode, erased.created, erased.event_id)`;

/** Whether it may be charged and paid, and whether it is connected, is needed on. */
const FORGET_STATE = `
  UPDATE connected_account
  SET requirements = NULL, external_accounts = '[]', persons = '[]', attention = '{}', parts = '{}'
  WHERE account = $1`;

/** Forgets the bank accounts, persons and requirements of an account that is erased. */
@Injectable()
export class AccountErasure {
  @OnErasure()
  async erase({ customer, account, events }: Erasure, tx: EntityManager): Promise<void> {
    const owned = events.filter((event) => event.account !== null);
    if (owned.length > 0) {
      await tx.query(FORGET_EVENTS, [
        owned.map((event) => event.account),
        owned.map(({ livemode }) => livemode),
        owned.map(({ created }) => created),
        owned.map(({ id }) => id),
      ]);
    }
    if (events.length === 0 && account !== undefined && customer === undefined) {
      await tx.query(FORGET_STATE, [account]);
    }
  }
}
