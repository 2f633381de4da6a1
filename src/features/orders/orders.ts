import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { HandlerContext } from '../../event-handlers/index.js';
import { rankOf, withFact } from './order-fact.js';
import { type OrderEvent, type OrderNews, newsOf } from './order-news.js';
import { fulfilmentOf, summaryOf } from './order-summary.js';
import { Order } from './order.entity.js';
import { newest } from './told.js';

/** The same id means another order in another account or mode. */
export interface OrderKey {
  id: string;
  /** Empty for the platform's own. */
  account: string;
  livemode: boolean;
}

const HIDDEN = ['known.parts', 'known.buyer'];

/**
 * Keeps what is known of the orders. Every event is noted once, and of all that tell of the same thing the newest counts:
 * so neither order nor repetition matters.
 */
@Injectable()
export class Orders {
  /**
   * Notes what an event says.
   *
   * @returns the order as it is now; until the transaction ends nobody else can change it. Nothing for an event that is
   * not about an order.
   */
  async record(event: OrderEvent, ctx: HandlerContext): Promise<Order | undefined> {
    const news = newsOf(event);
    if (!news) return undefined;
    const { account = '', livemode, tx } = ctx;
    const key = { id: news.order, account, livemode };
    const isNew = await note(tx, key, event, news);
    const known = await locked(tx, key, news.began, event.created);
    return isNew ? update(tx, key, known, orderAfter(known, event, news)) : known;
  }
}

/** @returns false for an event that was noted before */
async function note(
  tx: EntityManager,
  { id, account, livemode }: OrderKey,
  event: OrderEvent,
  { fact }: OrderNews,
): Promise<boolean> {
  const rows = await tx.query<unknown[]>(
    `INSERT INTO payment_order_event (order_id, account, livemode, created, event_id, type, said)
     VALUES ($1, $2, $3, to_timestamp($4), $5, $6, $7) ON CONFLICT DO NOTHING RETURNING event_id`,
    [id, account, livemode, event.created, event.id, event.type, JSON.stringify(fact)],
  );
  return rows.length > 0;
}

/** One event of an order at a time: each sees what the one before it noted. */
async function locked(tx: EntityManager, key: OrderKey, began: number, created: number): Promise<Order> {
  const { id, account, livemode } = key;
  const known = tx
    .createQueryBuilder(Order, 'known')
    .addSelect(HIDDEN)
    .where({ id, account, livemode })
    .setLock('pessimistic_write');
  const found = await known.getOne();
  if (found) return found;
  await tx.query(
    `INSERT INTO payment_order (id, account, livemode, created_at, updated_at)
     VALUES ($1, $2, $3, to_timestamp($4), to_timestamp($5)) ON CONFLICT DO NOTHING`,
    [id, account, livemode, began, created],
  );
  return known.getOneOrFail();
}

function orderAfter(known: Order, event: OrderEvent, { fact, buyer, began }: OrderNews) {
  const told = { rank: rankOf(fact, event.created), eventId: event.id };
  const parts = withFact(known.parts, fact, told);
  const buyers = { ...known.buyer };
  if (buyer && (fact.kind === 'payment' || fact.kind === 'session')) {
    buyers[fact.kind] = newest(buyers[fact.kind], { ...told, value: buyer });
  }
  const summary = summaryOf(parts);
  return {
    ...summary,
    ...buyerOf(buyers),
    fulfilment: fulfilmentOf(summary, known),
    createdAt: earlier(known.createdAt, began),
    updatedAt: later(known.updatedAt, event.created),
    parts,
    buyer: buyers,
  };
}

const buyerOf = ({ payment, session }: Order['buyer']) => ({
  customer: payment?.value.customer ?? session?.value.customer ?? null,
  reference: session?.value.reference ?? null,
  metadata: { ...session?.value.metadata, ...payment?.value.metadata },
});

async function update(
  tx: EntityManager,
  key: OrderKey,
  known: Order,
  changes: ReturnType<typeof orderAfter>,
): Promise<Order> {
  await tx.update(Order, { ...key }, changes);
  return Object.assign(known, changes);
}

const earlier = (known: Date, at: number): Date => new Date(Math.min(known.getTime(), at * 1000));
const later = (known: Date, at: number): Date => new Date(Math.max(known.getTime(), at * 1000));
