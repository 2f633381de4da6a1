import { Injectable, Module } from '@nestjs/common';
import {
  type EventOf,
  type HandlerContext,
  OnStripeEvent,
  RetryAfter,
} from '../../src/event-handlers/index.js';

/** Short, so that a run that an outage tore from its worker is soon given to another. */
const timeoutMs = 1_000;

const leaveEffect = ({ id }: { id: string }, { tx, attempt }: HandlerContext) =>
  tx.query(`INSERT INTO effect (event_id, handler_id, attempt) VALUES ($1, 'test.outage', $2)`, [
    id,
    attempt,
  ]);

/** Handlers whose effect is a row that nothing prevents from being written twice. */
@Injectable()
class OutageEffects {
  @OnStripeEvent('payment_intent.succeeded', {
    id: 'test.effect',
    timeoutMs,
    backoff: { baseMs: 10, maxMs: 100 },
    attempts: 1_000,
  })
  async effect(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    await leaveEffect(event, ctx);
  }

  @OnStripeEvent('payment_intent.payment_failed', { id: 'test.retried', timeoutMs })
  async retried(event: EventOf<'payment_intent.payment_failed'>, ctx: HandlerContext): Promise<void> {
    if (ctx.attempt === 1) throw new RetryAfter(1_000);
    await leaveEffect(event, ctx);
  }
}

@Module({ providers: [OutageEffects] })
class OutageEffectsModule {}

export const features = [OutageEffectsModule];
