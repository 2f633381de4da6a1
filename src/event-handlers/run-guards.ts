import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { isRunGuard, type UpcomingRun } from './before-run.decorator.js';
import { HandlerRegistrationError } from './handler-registry.js';

type Guard = (run: UpcomingRun) => Promise<void>;

/** The methods of all modules that are asked before an attempt, each once. */
@Injectable()
export class RunGuards implements OnModuleInit {
  private readonly guards = new Map<Guard, object>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** @throws HandlerRegistrationError for a method of a provider that is made anew for each request */
  onModuleInit(): void {
    for (const wrapper of this.discovery.getProviders()) this.collect(wrapper);
  }

  /** @throws what a guard throws to stop the attempt */
  async admit(run: UpcomingRun): Promise<void> {
    for (const [guard, instance] of this.guards) await guard.call(instance, run);
  }

  private collect(wrapper: InstanceWrapper): void {
    const { instance } = wrapper as { instance: unknown };
    if (typeof instance !== 'object' || instance === null) return;
    const methods = Object.getPrototypeOf(instance) as Record<string, Guard> | null;
    for (const name of this.scanner.getAllMethodNames(methods)) {
      const method = methods?.[name];
      if (typeof method !== 'function' || !isRunGuard(method) || this.guards.has(method)) continue;
      if (!wrapper.isDependencyTreeStatic()) {
        throw new HandlerRegistrationError([
          `${instance.constructor.name}.${name} is request-scoped or depends on a request-scoped provider: make them singletons`,
        ]);
      }
      this.guards.set(method, instance);
    }
  }
}
