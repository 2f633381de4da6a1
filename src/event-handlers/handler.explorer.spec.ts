import { describe, expect, it } from '@jest/globals';
import { Controller, Injectable, Module, Scope, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventHandlersModule } from './event-handlers.module.js';
import { HandlerRegistry } from './handler-registry.js';
import { type HandlerOptions, OnStripeEvent } from './index.js';

const chargeHandler = (id: string, name: string): Type => {
  class Handlers {
    @OnStripeEvent('charge.succeeded', { id })
    async handle(): Promise<void> {
      await Promise.resolve();
    }
  }
  Object.defineProperty(Handlers, 'name', { value: name });
  Injectable()(Handlers);
  return Handlers;
};

async function boot(...modules: Type[]): Promise<HandlerRegistry> {
  @Module({ imports: [EventHandlersModule, ...modules] })
  class Root {}
  const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
  const registry = app.get(HandlerRegistry, { strict: false });
  await app.close();
  return registry;
}

const moduleOf = (...providers: Type[]): Type => {
  @Module({ providers })
  class Feature {}
  return Feature;
};

const ids = (registry: HandlerRegistry) =>
  registry
    .all()
    .map(({ id }) => id)
    .toSorted();

describe('handlers at boot', () => {
  it('are found wherever they are in the module graph', async () => {
    const inner = moduleOf(chargeHandler('inner.handle', 'Inner'));
    @Controller()
    class Web extends chargeHandler('web.handle', 'Base') {}
    @Module({ imports: [inner], controllers: [Web] })
    class Outer {}
    expect(ids(await boot(Outer, moduleOf(chargeHandler('side.handle', 'Side'))))).toEqual([
      'inner.handle',
      'side.handle',
      'web.handle',
    ]);
  });

  it('are found where a factory makes them', async () => {
    const Made = chargeHandler('made.handle', 'Made');
    @Module({ providers: [{ provide: 'made', useFactory: () => new Made() as object }] })
    class Feature {}
    expect(ids(await boot(Feature))).toEqual(['made.handle']);
  });

  it('are registered once when several modules provide their class', async () => {
    const Shared = chargeHandler('shared.handle', 'Shared');
    const registry = await boot(moduleOf(Shared), moduleOf(Shared));
    expect(registry.matching({ type: 'charge.succeeded', source: 'direct', livemode: true })).toHaveLength(1);
  });

  it('stop the boot when two share an id, naming both classes and the fix', async () => {
    const boots = boot(
      moduleOf(chargeHandler('orders.fulfil', 'First'), chargeHandler('orders.fulfil', 'Second')),
    );
    await expect(boots).rejects.toThrow(
      "Second.handle and First.handle share the id 'orders.fulfil': give one of them another",
    );
  });

  it('stop the boot when one has no id, listens to an unknown event, or to none: all said at once', async () => {
    class Untyped {
      async noId(): Promise<void> {
        await Promise.resolve();
      }

      async unknown(): Promise<void> {
        await Promise.resolve();
      }

      async nothing(): Promise<void> {
        await Promise.resolve();
      }
    }
    // What a team that writes JavaScript could do.
    const decorate = OnStripeEvent as unknown as (
      type: string | string[],
      options: Partial<HandlerOptions>,
    ) => MethodDecorator;
    const declare = (name: keyof Untyped, type: string | string[], options: Partial<HandlerOptions>) =>
      decorate(type, options)(
        Untyped.prototype,
        name,
        Object.getOwnPropertyDescriptor(Untyped.prototype, name) as PropertyDescriptor,
      );
    declare('noId', 'charge.succeeded', {});
    declare('unknown', 'charge.suceeded', { id: 'untyped.unknown' });
    declare('nothing', [], { id: 'untyped.nothing' });
    const boots = boot(moduleOf(Untyped));
    await expect(boots).rejects.toThrow('Untyped.noId has no usable id');
    await expect(boots).rejects.toThrow("Untyped.unknown listens to 'charge.suceeded'");
    await expect(boots).rejects.toThrow('Untyped.nothing listens to no event');
  });

  it('stop the boot when one is request-scoped: there is no request when it runs', async () => {
    const Scoped = chargeHandler('scoped.handle', 'Scoped');
    Injectable({ scope: Scope.REQUEST })(Scoped);
    await expect(boot(moduleOf(Scoped))).rejects.toThrow('Scoped.handle is request-scoped');
  });
});

describe('choosing handlers for an event', () => {
  it('respects source and livemode', async () => {
    class Choosy {
      @OnStripeEvent('charge.succeeded', { id: 'choosy.connect-live', source: 'connect', livemode: true })
      async handle(): Promise<void> {
        await Promise.resolve();
      }
    }
    const registry = await boot(moduleOf(Choosy));
    const matches = (source: 'direct' | 'connect', livemode: boolean) =>
      registry.matching({ type: 'charge.succeeded', source, livemode }).length;
    expect([
      matches('connect', true),
      matches('connect', false),
      matches('direct', true),
      matches('direct', false),
    ]).toEqual([1, 0, 0, 0]);
  });
});
