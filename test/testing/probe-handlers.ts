import { Injectable, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  type EventOf,
  type HandlerContext,
  OnStripeEvent,
  type OutsideContext,
} from '../../src/event-handlers/index.js';
import type { TurnpikeTestHarness } from '../../src/testing/index.js';

/** A table that counts honestly: nothing in it prevents a second row. */
export const createProbeTable = (turnpike: TurnpikeTestHarness): Promise<unknown> =>
  turnpike.query('CREATE TABLE probe (event_id text, handler text)');

const WRITE = 'INSERT INTO probe (event_id, handler) VALUES ($1, $2)';

/** Writes in the run's transaction, as handlers should. */
@Injectable()
class CarefulHandlers {
  @OnStripeEvent('payment_intent.succeeded', { id: 'probe.careful' })
  async write(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query(WRITE, [event.id, 'careful']);
  }
}

/** Makes an effect outside a transaction that cannot be repeated: the mistake that a crash shows. */
@Injectable()
class CarelessHandlers {
  constructor(private readonly dataSource: DataSource) {}

  @OnStripeEvent('payment_intent.succeeded', { id: 'probe.careless', transaction: false })
  async write(event: EventOf<'payment_intent.succeeded'>, _ctx: OutsideContext): Promise<void> {
    await this.dataSource.query(WRITE, [event.id, 'careless']);
  }
}

@Module({ providers: [CarefulHandlers] })
export class CarefulModule {}

@Module({ providers: [CarelessHandlers] })
export class CarelessModule {}

/** Ends its process, which no handler may. */
@Injectable()
class EndingHandlers {
  @OnStripeEvent('payment_intent.succeeded', { id: 'probe.end' })
  async end(_event: EventOf<'payment_intent.succeeded'>, _ctx: HandlerContext): Promise<void> {
    await Promise.resolve();
    process.exit(3);
  }
}

@Module({ providers: [EndingHandlers] })
export class EndingModule {}
