import { Injectable, Module } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';
import { features as innocents } from './gated-effects.js';
import { passGate } from './roadblock.js';

/** A handler that ends its process, as running out of memory would. */
@Injectable()
class Poison {
  @OnStripeEvent('payment_intent.payment_failed', { id: 'test.poison' })
  async poison(_event: EventOf<'payment_intent.payment_failed'>, ctx: HandlerContext): Promise<void> {
    await passGate(ctx.tx, 'poison');
    process.kill(process.pid, 'SIGKILL');
  }
}

@Module({ providers: [Poison] })
class PoisonModule {}

export const features = [...innocents, PoisonModule];
