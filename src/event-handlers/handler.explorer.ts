import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { OutsideContext } from './handler-context.js';
import { HandlerRegistrationError, HandlerRegistry } from './handler-registry.js';
import { handlerMetadata } from './on-stripe-event.decorator.js';
import { RegisteredHandler } from './registered-handler.js';

type Method = (event: unknown, context: OutsideContext) => Promise<void>;
type Class = { name: string; prototype: Record<string, Method> };

/** Finds the handlers of all modules at boot, each exactly once, and fills the registry. */
@Injectable()
export class HandlerExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly registry: HandlerRegistry,
  ) {}

  onModuleInit(): void {
    const found = new Map<Method, RegisteredHandler>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      // A class that several modules provide is one handler, whichever of its instances runs.
      for (const [method, handler] of this.handlersOf(wrapper))
        if (!found.has(method)) found.set(method, handler);
    }
    this.registry.register([...found.values()]);
  }

  private handlersOf(wrapper: InstanceWrapper): [Method, RegisteredHandler][] {
    const type = classOf(wrapper);
    if (!type?.prototype) return [];
    return this.scanner.getAllMethodNames(type.prototype).flatMap((name): [Method, RegisteredHandler][] => {
      const method = type.prototype[name];
      const metadata = typeof method === 'function' ? handlerMetadata(method) : undefined;
      if (!method || !metadata) return [];
      const place = `${type.name}.${name}`;
      if (!wrapper.isDependencyTreeStatic()) {
        throw new HandlerRegistrationError([
          `${place} is request-scoped or depends on a request-scoped provider: make them singletons`,
        ]);
      }
      const instance = wrapper.instance as Record<string, Method>;
      const invoke: Method = (event, context) => method.call(instance, event, context);
      return [[method, new RegisteredHandler(place, metadata.types, metadata.options, invoke)]];
    });
  }
}

/** Providers made by a factory or given as a value have no class of their own: their instance does. */
function classOf({ inject, instance, metatype }: InstanceWrapper): Class | undefined {
  const ownClass: unknown = metatype && !inject ? metatype : instance?.constructor;
  return ownClass as Class | undefined;
}
