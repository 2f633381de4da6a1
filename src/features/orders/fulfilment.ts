import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { HandlerContext } from '../../event-handlers/index.js';
import { FulfilledOrder } from './fulfilled-order.entity.js';
import { FulfilmentHook } from './fulfilment-hook.js';
import type { FulfilmentContext } from './fulfils-orders.decorator.js';
import { Order } from './order.entity.js';

/** Has orders fulfilled and taken back, each once: who calls holds the lock of the order. */
@Injectable()
export class Fulfilment {
  constructor(private readonly hook: FulfilmentHook) {}

  /** Without a hook the order is only written down. */
  async fulfil(order: Order, ctx: HandlerContext): Promise<void> {
    if (order.fulfilment !== 'due') return;
    await this.hook.fulfilment?.fulfil(order, contextFor(order, ctx, 'fulfil'));
    const { id, account, livemode } = order;
    await ctx.tx.query(
      `INSERT INTO fulfilled_order (order_id, account, livemode, amount, currency, customer, fulfilled_by)
       SELECT id, account, livemode, amount, currency, customer, $4 FROM payment_order
       WHERE id = $1 AND account = $2 AND livemode = $3`,
      [id, account, livemode, this.hook.id ?? null],
    );
    await mark(ctx.tx, order, { fulfilment: 'fulfilled', fulfilledAt: new Date() });
  }

  /** Only who has fulfilled an order can take that back. */
  async reverse(order: Order, ctx: HandlerContext): Promise<void> {
    const { fulfilment } = this.hook;
    if (order.fulfilment !== 'reversal_due' || !fulfilment?.reverse) return;
    const { id: orderId, account, livemode } = order;
    const fulfilled = await ctx.tx.findOneByOrFail(FulfilledOrder, { orderId, account, livemode });
    if (fulfilled.fulfilledBy !== this.hook.id) return;
    await fulfilment.reverse(order, contextFor(order, ctx, 'reverse'));
    await mark(ctx.tx, order, { fulfilment: 'reversed', reversedAt: new Date() });
  }
}

async function mark(
  tx: EntityManager,
  { id, account, livemode }: Order,
  done: Partial<Pick<Order, 'fulfilment' | 'fulfilledAt' | 'reversedAt'>>,
): Promise<void> {
  await tx.update(Order, { id, account, livemode }, done);
}

/** Several events may lead to the same call, so its key is the order's and not the event's. */
function contextFor(
  { id, account, livemode }: Order,
  ctx: HandlerContext,
  deed: 'fulfil' | 'reverse',
): FulfilmentContext {
  return {
    tx: ctx.tx,
    signal: ctx.signal,
    requestOptions: (step) => {
      const identity = JSON.stringify(['orders', deed, id, account, livemode, step]);
      const digest = createHash('sha256').update(identity).digest('hex');
      return { ...ctx.requestOptions(step), idempotencyKey: `turnpike-${digest}` };
    },
  };
}
