import { Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../event-handlers/index.js';
import { FulfilledOrder } from './fulfilled-order.entity.js';
import { SavedPaymentMethod } from './saved-payment-method.entity.js';

/** Turns payments into fulfilled orders. The model for a handler: typed event in, writes through `ctx.tx`. */
@Injectable()
export class OrdersHandlers {
  @OnStripeEvent('payment_intent.succeeded', { id: 'orders.fulfil' })
  async fulfil(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    const intent = event.data.object;
    // Stripe may report one payment in two events; the second finds the order fulfilled.
    await ctx.tx
      .createQueryBuilder()
      .insert()
      .into(FulfilledOrder)
      .values({
        paymentIntentId: intent.id,
        account: ctx.account ?? '',
        amount: String(intent.amount_received),
        currency: intent.currency,
        customer: idOf(intent.customer),
        livemode: ctx.livemode,
      })
      .orIgnore()
      .execute();
  }

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

/** Stripe sends an id, or the whole object where somebody asked to expand it. */
const idOf = (customer: string | Stripe.Customer | Stripe.DeletedCustomer | null): string | null =>
  typeof customer === 'string' ? customer : (customer?.id ?? null);
