import { Injectable, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';
import { features as innocents } from './gated-effects.js';
import { passGate } from './roadblock.js';
import { CHANNEL, type StoreWatch } from './store-watch.js';

/** A handler that ends its process, as running out of memory would. */
@Injectable()
class Poison {
  @OnStripeEvent('payment_intent.payment_failed', { id: 'test.poison' })
  async poison(_event: EventOf<'payment_intent.payment_failed'>, ctx: HandlerContext): Promise<void> {
    await passGate(ctx.tx, 'poison');
    process.kill(process.pid, 'SIGKILL');
  }
}

/** A handler whose first attempt hangs in Postgres beyond its time-out, and then goes on as if nothing were. */
@Injectable()
class Hanging {
  constructor(private readonly dataSource: DataSource) {}

  @OnStripeEvent('payment_method.attached', { id: 'test.hanging', timeoutMs: 300 })
  async effect(event: EventOf<'payment_method.attached'>, ctx: HandlerContext): Promise<void> {
    if (ctx.attempt === 1) {
      ctx.signal.addEventListener('abort', () => void this.sayGivenUp(event.id));
      await passGate(ctx.tx, 'inHandler').catch(() => undefined);
    }
    await ctx.tx.query(`INSERT INTO effect (event_id, handler_id, attempt) VALUES ($1, 'test.hanging', $2)`, [
      event.id,
      ctx.attempt,
    ]);
  }

  private async sayGivenUp(eventId: string): Promise<void> {
    await this.dataSource.query('INSERT INTO given_up VALUES ($1)', [eventId]);
    await this.dataSource.query(`SELECT pg_notify('${CHANNEL}', '')`);
  }
}

/** Where an attempt says that its signal was aborted. */
export const createGivenUpTable = (watch: StoreWatch): Promise<unknown> =>
  watch.query('CREATE TABLE IF NOT EXISTS given_up (event_id text)');

@Module({ providers: [Poison, Hanging] })
class PoisonModule {}

export const features = [...innocents, PoisonModule];
