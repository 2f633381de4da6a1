import { Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';
import { features as gatedEffects } from './gated-effects.js';
import { CHANNEL, type StoreWatch } from './store-watch.js';

/** A handler whose first attempt never ends and does not listen to its signal. */
@Injectable()
class EndlessEffects {
  @OnStripeEvent('payment_intent.payment_failed', { id: 'test.endless', backoff: { baseMs: 10, maxMs: 100 } })
  async effect(event: EventOf<'payment_intent.payment_failed'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query(`INSERT INTO effect (event_id, handler_id, attempt) VALUES ($1, 'test.endless', $2)`, [
      event.id,
      ctx.attempt,
    ]);
    if (ctx.attempt === 1) await new Promise(() => {});
  }
}

/** Where a process says that it has begun to stop. */
export const createStopTable = (watch: StoreWatch): Promise<unknown> =>
  watch.query('CREATE TABLE IF NOT EXISTS stop (pid int)');

@Injectable()
class StopSign implements OnModuleDestroy {
  constructor(private readonly dataSource: DataSource) {}

  /** Nest calls this before everything else that a stop does. */
  async onModuleDestroy(): Promise<void> {
    await this.dataSource.query('INSERT INTO stop VALUES ($1)', [process.pid]);
    await this.dataSource.query(`SELECT pg_notify('${CHANNEL}', '')`);
  }
}

@Module({ providers: [EndlessEffects, StopSign] })
class ShutdownModule {}

export const features = [...gatedEffects, ShutdownModule];
