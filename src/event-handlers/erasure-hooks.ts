import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { EntityManager } from 'typeorm';
import { HandlerRegistrationError } from './handler-registry.js';
import { type Erasure, isErasureHook } from './on-erasure.decorator.js';

type Hook = (erasure: Erasure, tx: EntityManager) => Promise<void>;

/** The methods of all modules that take part in an erasure, each once. */
@Injectable()
export class ErasureHooks implements OnModuleInit {
  private readonly hooks = new Map<Hook, object>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws HandlerRegistrationError for a method of a provider that is made anew for each request */
  onModuleInit(): void {
    for (const wrapper of this.discovery.getProviders()) this.collect(wrapper);
  }

  /** @throws what a hook throws */
  async run(erasure: Erasure, tx: EntityManager): Promise<void> {
    for (const [hook, instance] of this.hooks) await hook.call(instance, erasure, tx);
  }

  private collect(wrapper: InstanceWrapper): void {
    const { instance } = wrapper as { instance: unknown };
    if (typeof instance !== 'object' || instance === null) return;
    const methods = Object.getPrototypeOf(instance) as Record<string, Hook> | null;
    for (const name of this.scanner.getAllMethodNames(methods)) {
      const method = methods?.[name];
      if (typeof method !== 'function' || !isErasureHook(method) || this.hooks.has(method)) continue;
      if (!wrapper.isDependencyTreeStatic()) {
        throw new HandlerRegistrationError([
          `${instance.constructor.name}.${name} is request-scoped or depends on a request-scoped provider: make them singletons`,
        ]);
      }
      this.hooks.set(method, instance);
    }
  }
}
