import { Injectable, Module } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';

/** One effect for each execution that committed: nothing in the table prevents a second one. */
@Injectable()
class BenchHandlers {
  @OnStripeEvent('payment_intent.succeeded', { id: 'bench.effect', timeoutMs: 5_000 })
  async effect(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query(`INSERT INTO effect (event_id, generation) VALUES ($1, $2)`, [
      event.id,
      ctx.generation,
    ]);
  }
}

@Module({ providers: [BenchHandlers] })
class BenchModule {}

export const features = [BenchModule];
