import { Injectable, Module, Scope, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { FulfilmentHook } from './fulfilment-hook.js';
import { FulfilsOrders, type OrderFulfilment } from './fulfils-orders.decorator.js';

@FulfilsOrders({ id: 'test.one' })
class One implements OrderFulfilment {
  async fulfil(): Promise<void> {}
}

@FulfilsOrders({ id: 'test.two' })
class Two extends One {}

@FulfilsOrders({ id: '' })
class Nameless extends One {}

@FulfilsOrders({ id: 'test.idle' })
class Idle {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

@FulfilsOrders({ id: 'test.asked' })
class Asked extends One {
  constructor(readonly request: PerRequest) {
    super();
  }
}

const providing = (...providers: Type[]): Type => {
  @Module({ providers })
  class Providing {}
  return Providing;
};

async function hookAmong(...modules: Type[]): Promise<FulfilmentHook> {
  @Module({ imports: [DiscoveryModule, ...modules], providers: [FulfilmentHook] })
  class App {}
  const app = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
  const hook = app.get(FulfilmentHook);
  await app.close();
  return hook;
}

describe('the hook that fulfils orders', () => {
  it('is found in any module, and is one where several modules provide its class', async () => {
    const hook = await hookAmong(providing(One), providing(One));
    expect(hook.id).toBe('test.one');
    expect(hook.fulfilment).toBeInstanceOf(One);
  });

  it('may be absent', async () => {
    const hook = await hookAmong(providing(PerRequest));
    expect({ id: hook.id, fulfilment: hook.fulfilment }).toEqual({ id: undefined, fulfilment: undefined });
  });

  it.each([
    [
      'there are two',
      [One, Two],
      'One and Two both fulfil orders: leave one, and let it tell the orders apart',
    ],
    ['it has no id', [Nameless], 'Nameless fulfils orders without a usable id: give it one'],
    ['it has no method', [Idle], 'Idle fulfils orders and has no method fulfil()'],
    ['it is made anew for each request', [Asked, PerRequest], 'Asked is request-scoped or depends on'],
  ])('is refused at boot when %s', async (_, providers, message) => {
    await expect(hookAmong(providing(...(providers as Type[])))).rejects.toThrow(message);
  });
});
