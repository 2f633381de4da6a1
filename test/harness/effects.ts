import { Injectable, Module } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';
import type { StoreWatch } from './store-watch.js';

/** A table of effects that counts them honestly: nothing in it prevents a second one. */
export const createEffectTable = (watch: StoreWatch): Promise<unknown> =>
  watch.query(
    `CREATE TABLE IF NOT EXISTS effect (event_id text, handler_id text, attempt int, at timestamptz DEFAULT clock_timestamp())`,
  );

/** A transactional handler whose effect is one row per execution that committed. */
@Injectable()
class EffectHandlers {
  @OnStripeEvent('payment_intent.succeeded', { id: 'test.effect', backoff: { baseMs: 10, maxMs: 100 } })
  async effect(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query(`INSERT INTO effect (event_id, handler_id, attempt) VALUES ($1, 'test.effect', $2)`, [
      event.id,
      ctx.attempt,
    ]);
  }
}

@Module({ providers: [EffectHandlers] })
export class EffectModule {}

export const features = [EffectModule];
