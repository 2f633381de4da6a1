// The second example of docs/orders.md, which has to be the same: orders-hook.spec.ts compares them.
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  type EventOf,
  OnStripeEvent,
  type OutsideContext,
  RetryAfter,
} from '../../src/event-handlers/index.js';

/** Has the courier fetch what the hook has issued. */
@Injectable()
export class CourierHandlers {
  constructor(private readonly dataSource: DataSource) {}

  @OnStripeEvent('payment_intent.succeeded', { id: 'tickets.courier', transaction: false, attempts: 50 })
  async order(event: EventOf<'payment_intent.succeeded'>, ctx: OutsideContext): Promise<void> {
    const { id } = event.data.object;
    const entries: { entry: string }[] = await this.dataSource.query(
      'SELECT entry FROM ticket_journal WHERE order_id = $1 AND account = $2 AND livemode = $3',
      [id, ctx.account ?? '', ctx.livemode],
    );
    if (entries.some(({ entry }) => entry === 'void')) return;
    if (entries.length === 0) throw new RetryAfter(60_000, `${id} is not fulfilled yet`);
    await this.call(id, ctx.signal); // the order's id is the courier's idempotency key
  }

  private async call(_onceFor: string, _signal: AbortSignal): Promise<void> {}
}
