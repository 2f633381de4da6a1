import { Injectable } from '@nestjs/common';
import { DataSource, type SelectQueryBuilder } from 'typeorm';
import { pageOf } from '../../../http/page.js';
import { Problem } from '../../../http/problem.js';
import { FulfilledOrder } from '../fulfilled-order.entity.js';
import { Order } from '../order.entity.js';
import type { OrderDetails, OrderHistoryEntry, OrderPage } from './orders.answer.js';
import type { OrderQuery, OrdersQuery } from './orders.query.js';

const DEFAULT_LIMIT = 50;

/** Accounts that a key may see; `null` for all. */
type Accounts = readonly string[] | null;

const HISTORY = `
  SELECT event_id AS "eventId", type, created, said FROM payment_order_event
  WHERE order_id = $1 AND account = $2 AND livemode = $3
    AND ($4::float8 IS NULL OR (created, event_id) < (to_timestamp($4), $5))
  ORDER BY created DESC, event_id DESC LIMIT $6`;

/** What operators see of orders. */
@Injectable()
export class OrderReader {
  constructor(private readonly dataSource: DataSource) {}

  async list({ limit = DEFAULT_LIMIT, ...query }: OrdersQuery, accounts: Accounts): Promise<OrderPage> {
    const orders = this.visible(query, accounts);
    const { state, fulfilment, after } = query;
    if (state) orders.andWhere('known.state = :state', { state });
    if (fulfilment) orders.andWhere('known.fulfilment = :fulfilment', { fulfilment });
    if (after) onlyAfter(orders, after);
    for (const column of ['createdAt', 'id', 'account', 'livemode']) {
      orders.addOrderBy(`known.${column}`, 'DESC');
    }
    const rows = await orders.limit(limit + 1).getMany();
    return pageOf(rows, limit, cursorOf);
  }

  /** @throws Problem 404 when there is none that this key may see */
  async show(
    orderId: string,
    { limit = DEFAULT_LIMIT, after, ...query }: OrderQuery,
    accounts: Accounts,
  ): Promise<OrderDetails> {
    const order = /^\w{1,255}$/.test(orderId)
      ? await this.visible(query, accounts)
          .andWhere('known.id = :orderId', { orderId })
          .orderBy('known.livemode', 'DESC')
          .addOrderBy('known.account')
          .getOne()
      : null;
    if (!order) throw notFound(orderId);
    const { id, account, livemode } = order;
    const key = { orderId: id, account, livemode };
    const fulfilled = await this.dataSource.manager.findOneBy(FulfilledOrder, key);
    const page = await this.historyOf(order, limit, after);
    return Object.assign(order, { fulfilledBy: fulfilled?.fulfilledBy ?? null, ...page });
  }

  private visible(
    { account, livemode }: Pick<OrdersQuery, 'account' | 'livemode'>,
    accounts: Accounts,
  ): SelectQueryBuilder<Order> {
    const orders = this.dataSource.createQueryBuilder(Order, 'known').where('true');
    if (accounts) orders.andWhere('known.account = ANY (:accounts)', { accounts });
    if (account) orders.andWhere('known.account = :account', { account });
    if (livemode) orders.andWhere('known.livemode = :livemode', { livemode });
    return orders;
  }

  private async historyOf({ id, account, livemode }: Order, limit: number, after: string | undefined) {
    const [seconds, eventId] = after?.split(':') ?? [];
    const position = [seconds ?? null, eventId ?? null];
    const rows = await this.dataSource.query<OrderHistoryEntry[]>(HISTORY, [
      ...[id, account, livemode],
      ...position,
      limit + 1,
    ]);
    const { data: history, next } = pageOf(
      rows,
      limit,
      ({ created, eventId }) => `${created.getTime() / 1000}:${eventId}`,
    );
    return { history, next };
  }
}

const cursorOf = ({ createdAt, id, account, livemode }: Order): string =>
  `${createdAt.getTime() / 1000}:${id}:${account}:${livemode ? 'live' : 'test'}`;

function onlyAfter(orders: SelectQueryBuilder<Order>, cursor: string): void {
  const [at, afterId, afterAccount, mode] = cursor.split(':');
  orders.andWhere(
    `(known.createdAt, known.id, known.account, known.livemode)
   < (to_timestamp(:at), :afterId, :afterAccount, :afterLive)`,
    { at, afterId, afterAccount, afterLive: mode === 'live' },
  );
}

const notFound = (id: string) =>
  new Problem(
    404,
    'order_not_found',
    `There is no order '${id.slice(0, 255)}': list them with GET /admin/orders.`,
  );
