import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import { type AuthorizationPolicy, POLICY, type PolicyOptions } from './policy.js';

export interface RegisteredPolicy extends Required<PolicyOptions> {
  policy: AuthorizationPolicy;
}

const defaults = { mode: 'live', onFailure: 'fallback', timeoutMs: 500 } as const;

/** The policies of all modules, in their order. */
@Injectable()
export class PolicyRegistry implements OnModuleInit {
  private readonly policies: RegisteredPolicy[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error naming the classes when two policies share an id, or a provider lacks `decide` */
  onModuleInit(): void {
    const found = new Map<object, RegisteredPolicy>();
    for (const { metatype, instance } of this.discovery.getProviders()) {
      const options = metatype ? this.reflector.get<PolicyOptions | undefined>(POLICY, metatype) : undefined;
      if (!options || !metatype || found.has(metatype)) continue;
      const policy = instance as AuthorizationPolicy;
      const twin = [...found].find(([, { id }]) => id === options.id)?.[0] as { name: string } | undefined;
      if (twin) {
        throw new Error(
          `Policies ${twin.name} and ${metatype.name} share the id '${options.id}': give one another`,
        );
      }
      if (typeof policy?.decide !== 'function')
        throw new Error(`Policy ${metatype.name} has no method decide()`);
      found.set(metatype, { ...defaults, ...options, policy });
    }
    this.policies.push(...[...found.values()].toSorted((a, b) => a.order - b.order));
  }

  in(mode: 'live' | 'shadow'): RegisteredPolicy[] {
    return this.policies.filter((policy) => policy.mode === mode);
  }
}
