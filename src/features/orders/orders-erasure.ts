import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Erasure, OnErasure } from '../../event-handlers/index.js';

/** Amounts, dates and ids of payments are books, and stay. */
const forgetBuyers = (which: string) => `
  WITH forgotten AS (
    UPDATE payment_order SET customer = NULL, reference = NULL, metadata = '{}', buyer = '{}'
    WHERE ${which} RETURNING id, account, livemode)
  UPDATE fulfilled_order SET customer = NULL FROM forgotten
  WHERE (order_id, fulfilled_order.account, fulfilled_order.livemode)
      = (forgotten.id, forgotten.account, forgotten.livemode)`;

const BUYERS_OF_EVENTS = forgetBuyers(
  `(id, account, livemode) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::boolean[]))`,
);
const CUSTOMER = `customer = $1 AND ($2::text IS NULL OR account = $2)`;
const BUYERS_OF_CUSTOMER = forgetBuyers(CUSTOMER);
const BUYERS_OF_ACCOUNT = forgetBuyers('account = $1');

/** Forgets who bought, and what the platform noted about it at Stripe. */
@Injectable()
export class OrdersErasure {
  @OnErasure()
  async erase({ customer, account, events }: Erasure, tx: EntityManager): Promise<void> {
    if (events.length > 0) await tx.query(BUYERS_OF_EVENTS, columnsOf(events));
    else if (customer !== undefined) {
      await tx.query(BUYERS_OF_CUSTOMER, [customer, account ?? null]);
      await tx.query(`DELETE FROM saved_payment_method WHERE ${CUSTOMER}`, [customer, account ?? null]);
    } else if (account !== undefined) {
      await tx.query(BUYERS_OF_ACCOUNT, [account]);
      await tx.query('DELETE FROM saved_payment_method WHERE account = $1', [account]);
    }
  }
}

/** Only payment intents and Checkout sessions tell who buys. */
function columnsOf(events: Erasure['events']): [string[], string[], boolean[]] {
  const keys = events
    .filter(({ type }) => type.startsWith('payment_intent.') || type.startsWith('checkout.session.'))
    .flatMap(({ objectId, relatedIds, account, livemode }) =>
      [...(objectId === null ? [] : [objectId]), ...relatedIds].map((id) => ({ id, account, livemode })),
    );
  return [
    keys.map(({ id }) => id),
    keys.map(({ account }) => account ?? ''),
    keys.map(({ livemode }) => livemode),
  ];
}
