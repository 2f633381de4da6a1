import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { EntityManager } from 'typeorm';
import { isUninstallHook, type Uninstallation } from './on-app-uninstalled.decorator.js';

type Hook = (uninstallation: Uninstallation, tx: EntityManager) => Promise<void>;

/** The clean-up methods of all modules, each once. */
@Injectable()
export class UninstallHooks implements OnModuleInit {
  private readonly hooks = new Map<Hook, object>();

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  onModuleInit(): void {
    for (const { instance } of this.discovery.getProviders()) {
      if (typeof instance !== 'object' || instance === null) continue;
      const methods = Object.getPrototypeOf(instance) as Record<string, Hook> | null;
      for (const name of this.scanner.getAllMethodNames(methods)) {
        const method = methods?.[name];
        if (method && isUninstallHook(method) && !this.hooks.has(method)) this.hooks.set(method, instance);
      }
    }
  }

  async run(uninstallation: Uninstallation, tx: EntityManager): Promise<void> {
    for (const [hook, instance] of this.hooks) await hook.call(instance, uninstallation, tx);
  }
}
