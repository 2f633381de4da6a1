import { Injectable } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../event-handlers/index.js';
import { Fulfilment } from './fulfilment.js';
import { type OrderEvent, orderEvents } from './order-news.js';
import { Orders } from './orders.js';

/** After these an order may be paid, or paid again. */
const payingEvents = [
  'payment_intent.succeeded',
  'checkout.session.completed',
  'checkout.session.async_payment_succeeded',
  'charge.dispute.closed',
] as const;

/** After these its money may be gone. */
const takingEvents = ['charge.refunded', 'charge.dispute.closed'] as const;

/**
 * Keeps orders, and has them fulfilled. What is known is kept by a handler of its own, so an order whose fulfilment fails
 * is still seen to be paid; the others note their event, too, since they may come first.
 */
@Injectable()
export class OrdersHandlers {
  constructor(
    private readonly orders: Orders,
    private readonly fulfilment: Fulfilment,
  ) {}

  @OnStripeEvent(orderEvents, { id: 'orders.record', actsForAccount: false })
  async record(event: OrderEvent, ctx: HandlerContext): Promise<void> {
    await this.orders.record(event, ctx);
  }

  @OnStripeEvent(payingEvents, { id: 'orders.fulfil' })
  async fulfil(event: EventOf<(typeof payingEvents)[number]>, ctx: HandlerContext): Promise<void> {
    const order = await this.orders.record(event, ctx);
    if (order) await this.fulfilment.fulfil(order, ctx);
  }

  @OnStripeEvent(takingEvents, { id: 'orders.reverse' })
  async reverse(event: EventOf<(typeof takingEvents)[number]>, ctx: HandlerContext): Promise<void> {
    const order = await this.orders.record(event, ctx);
    if (order) await this.fulfilment.reverse(order, ctx);
  }
}
