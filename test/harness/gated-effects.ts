import { Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../src/event-handlers/index.js';
import { RunStore } from '../../src/event-processing/run-store.js';
import { passGate } from './roadblock.js';

/** A handler whose first attempt a test can hold before its effect. Nothing in the table prevents a second effect. */
@Injectable()
class GatedEffects {
  @OnStripeEvent('payment_intent.succeeded', { id: 'test.gated' })
  async effect(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    if (ctx.attempt === 1) await passGate(ctx.tx, 'inHandler');
    await ctx.tx.query(`INSERT INTO effect (event_id, handler_id, attempt) VALUES ($1, 'test.gated', $2)`, [
      event.id,
      ctx.attempt,
    ]);
  }
}

/** Lets a test hold a worker around the product's own claim: nothing else can stop it exactly there. */
@Injectable()
class GatedClaims implements OnModuleInit {
  constructor(
    private readonly modules: ModuleRef,
    private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    const store = this.modules.get(RunStore, { strict: false });
    const claim = store.claim.bind(store);
    store.claim = async (...job) => {
      await passGate(this.dataSource, 'beforeClaim');
      const run = await claim(...job);
      if (run) await passGate(this.dataSource, 'afterClaim');
      return run;
    };
  }
}

@Module({ providers: [GatedEffects, GatedClaims] })
class GatedEffectsModule {}

export const features = [GatedEffectsModule];
