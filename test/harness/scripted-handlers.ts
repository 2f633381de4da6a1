import { Injectable, Module, type Type } from '@nestjs/common';
import {
  type HandlerContext,
  type HandlerOptions,
  OnStripeEvent,
  type OutsideContext,
} from '../../src/event-handlers/index.js';
import { createEvent } from '../../src/event-factories/create-event.js';

export type TestEvent = ReturnType<typeof createEvent<'payment_intent.succeeded'>>;
type Behaviour<C> = (event: TestEvent, ctx: C) => Promise<void>;

/** A module with one handler of `payment_intent.succeeded` that does what the test says. */
export function scripted(options: HandlerOptions, behaviour: Behaviour<HandlerContext>): Type {
  @Injectable()
  class Scripted {
    @OnStripeEvent('payment_intent.succeeded', options as HandlerOptions & { transaction?: true })
    async handle(event: TestEvent, ctx: HandlerContext): Promise<void> {
      await behaviour(event, ctx);
    }
  }
  return moduleWith(Scripted);
}

/** The same for a handler that runs outside a transaction. */
export function scriptedOutside(options: HandlerOptions, behaviour: Behaviour<OutsideContext>): Type {
  @Injectable()
  class ScriptedOutside {
    @OnStripeEvent('payment_intent.succeeded', { ...options, transaction: false })
    async handle(event: TestEvent, ctx: OutsideContext): Promise<void> {
      await behaviour(event, ctx);
    }
  }
  return moduleWith(ScriptedOutside);
}

function moduleWith(provider: Type): Type {
  @Module({ providers: [provider] })
  class ScriptedModule {}
  return ScriptedModule;
}

/** A promise that the test settles: how handlers and tests wait for each other. */
export class Gate {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => {
    this.open = resolve;
  });
}
