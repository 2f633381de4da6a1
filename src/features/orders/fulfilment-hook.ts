import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { FULFILMENT, type FulfilmentOptions, type OrderFulfilment } from './fulfils-orders.decorator.js';

type Class = (new (...args: never[]) => unknown) & { name: string };

const ID = /^[a-z][\w.-]{0,99}$/i;

/** The provider that fulfils orders, whichever module it is in; or none. */
@Injectable()
export class FulfilmentHook implements OnModuleInit {
  private found: { type: Class; id: string; fulfilment: OrderFulfilment } | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error naming the classes when there are two, or one cannot be used */
  onModuleInit(): void {
    for (const wrapper of this.discovery.getProviders()) {
      const type = classOf(wrapper);
      const options = type && this.reflector.get<FulfilmentOptions | undefined>(FULFILMENT, type);
      // A class that several modules provide is one hook, whichever of its instances is called.
      if (!options || this.found?.type === type) continue;
      const problem = problemOf(wrapper, type, options) ?? this.conflictWith(type);
      if (problem) throw new Error(problem);
      this.found = { type, id: options.id, fulfilment: wrapper.instance as OrderFulfilment };
    }
  }

  /** `undefined` where nobody fulfils orders. */
  get id(): string | undefined {
    return this.found?.id;
  }

  get fulfilment(): OrderFulfilment | undefined {
    return this.found?.fulfilment;
  }

  private conflictWith({ name }: Class): string | undefined {
    return (
      this.found &&
      `${this.found.type.name} and ${name} both fulfil orders: leave one, and let it tell the orders apart`
    );
  }
}

/** Providers made by a factory or given as a value have no class of their own: their instance does. */
function classOf({ inject, instance, metatype }: InstanceWrapper): Class | undefined {
  const ownClass: unknown = metatype && !inject ? metatype : (instance as object | undefined)?.constructor;
  return ownClass as Class | undefined;
}

function problemOf(wrapper: InstanceWrapper, { name }: Class, { id }: FulfilmentOptions): string | undefined {
  if (typeof id !== 'string' || !ID.test(id)) {
    return `${name} fulfils orders without a usable id: give it one such as 'tickets' (up to 100 of A-Z a-z 0-9 . _ -)`;
  }
  if (!wrapper.isDependencyTreeStatic()) {
    return `${name} is request-scoped or depends on a request-scoped provider: make them singletons`;
  }
  const { fulfil } = wrapper.instance as Partial<OrderFulfilment>;
  return typeof fulfil === 'function' ? undefined : `${name} fulfils orders and has no method fulfil()`;
}
