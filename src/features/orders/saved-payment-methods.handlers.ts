import { Injectable } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../event-handlers/index.js';
import { idOf } from './order-news.js';
import { SavedPaymentMethod } from './saved-payment-method.entity.js';

/** Keeps the payment methods that customers may pay with again. */
@Injectable()
export class SavedPaymentMethodsHandlers {
  @OnStripeEvent('payment_method.attached', { id: 'orders.save-payment-method', ordering: 'object' })
  async savePaymentMethod(event: EventOf<'payment_method.attached'>, ctx: HandlerContext): Promise<void> {
    const { id, type, customer } = event.data.object;
    const owner = idOf(customer);
    if (owner === null) return;
    const account = ctx.account ?? '';
    const { livemode } = ctx;
    await ctx.tx.upsert(SavedPaymentMethod, { id, account, type, customer: owner, livemode }, [
      'id',
      'account',
    ]);
  }
}
