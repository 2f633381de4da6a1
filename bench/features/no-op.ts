import { Injectable, Module, type Type } from '@nestjs/common';
import { OnStripeEvent } from '../../src/event-handlers/index.js';

@Injectable()
class NoOp {
  @OnStripeEvent('payment_intent.succeeded', { id: 'bench.no-op', concurrency: 1_000 })
  async handle(): Promise<void> {}
}

@Module({ providers: [NoOp] })
class NoOpModule {}

/** One transactional handler that does nothing. */
export const features: Type[] = [NoOpModule];
