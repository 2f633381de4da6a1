import { Injectable, Module, type Type } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';

@Injectable()
class OneRow {
  @OnStripeEvent('payment_intent.succeeded', { id: 'bench.one-row', concurrency: 1_000 })
  async handle({ id }: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query('INSERT INTO bench_row (id) VALUES ($1)', [id]);
  }
}

@Module({ providers: [OneRow] })
class OneRowModule {}

/** One transactional handler that writes a row. */
export const features: Type[] = [OneRowModule];
