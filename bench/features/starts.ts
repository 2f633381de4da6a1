import { Injectable, Module, type Type } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';

@Injectable()
class Starts {
  @OnStripeEvent('payment_intent.succeeded', { id: 'bench.starts' })
  async handle({ id }: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    const at = performance.timeOrigin + performance.now();
    await ctx.tx.query('INSERT INTO bench_start (id, at) VALUES ($1, $2)', [id, at]);
  }
}

@Module({ providers: [Starts] })
class StartsModule {}

/** A handler that notes when it started, in milliseconds since 1970, to the microsecond. */
export const features: Type[] = [StartsModule];
