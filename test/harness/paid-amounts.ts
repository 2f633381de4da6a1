import { Injectable, Module } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';

/** Has Postgres read an amount: where it is none, the error quotes it. */
@Injectable()
class PaidAmountHandlers {
  @OnStripeEvent('payment_intent.succeeded', { id: 'test.amount' })
  async read(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query('SELECT $1::bigint', [event.data.object.amount_received]);
  }
}

@Module({ providers: [PaidAmountHandlers] })
class PaidAmountsModule {}

export const features = [PaidAmountsModule];
