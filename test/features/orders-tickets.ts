// The example of docs/orders.md, which has to be the same: orders-hook.spec.ts compares them.
import { Module } from '@nestjs/common';
import {
  type FulfilmentContext,
  FulfilsOrders,
  type Order,
  type OrderFulfilment,
} from '../../src/features/orders/index.js';
import { OrdersModule } from '../../src/features/orders/orders.module.js';

/** Issues a ticket for every paid order, and voids it when the money is gone. */
@FulfilsOrders({ id: 'tickets' })
export class TicketOffice implements OrderFulfilment {
  async fulfil(order: Order, ctx: FulfilmentContext): Promise<void> {
    await this.write('issued', order, ctx);
  }

  async reverse(order: Order, ctx: FulfilmentContext): Promise<void> {
    await this.write('void', order, ctx);
  }

  private async write(
    entry: string,
    { id, account, livemode }: Order,
    ctx: FulfilmentContext,
  ): Promise<void> {
    await ctx.tx.query(
      'INSERT INTO ticket_journal (order_id, account, livemode, entry) VALUES ($1, $2, $3, $4)',
      [id, account, livemode, entry],
    );
  }
}

@Module({ providers: [TicketOffice] })
export class TicketsModule {}

/** For processes that a test may kill. */
export const features = [OrdersModule, TicketsModule];

/** It counts honestly: nothing in it prevents a second entry. */
export const JOURNAL = `
  CREATE TABLE IF NOT EXISTS ticket_journal (order_id text, account text, livemode boolean, entry text)`;
