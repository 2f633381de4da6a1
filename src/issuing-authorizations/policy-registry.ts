import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, Reflector } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import { type AuthorizationPolicy, POLICY, type PolicyOptions } from './policy.js';

export interface RegisteredPolicy extends Required<PolicyOptions> {
  policy: AuthorizationPolicy;
}

type Class = (new (...args: never[]) => unknown) & { name: string };

const defaults = { mode: 'live', onFailure: 'fallback', timeoutMs: 500 } as const;

/** Without spaces, so that no policy passes for a spending rule in the ledger. */
const ID = /^[a-z][\w.-]{0,99}$/i;

/** The policies of all modules, in their order. */
@Injectable()
export class PolicyRegistry implements OnModuleInit {
  private readonly policies: RegisteredPolicy[] = [];

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly reflector: Reflector,
  ) {}

  /** @throws Error naming the classes when two policies share an id, or one cannot be used */
  onModuleInit(): void {
    const found = new Map<Class, RegisteredPolicy>();
    for (const wrapper of this.discovery.getProviders()) {
      const type = classOf(wrapper);
      const options = type && this.reflector.get<PolicyOptions | undefined>(POLICY, type);
      // A class that several modules provide is one policy, whichever of its instances is asked.
      if (!options || found.has(type)) continue;
      const problem = problemOf(wrapper, type, options) ?? twinOf(found, type, options);
      if (problem) throw new Error(problem);
      found.set(type, { ...defaults, ...options, policy: wrapper.instance as AuthorizationPolicy });
    }
    const inOrder = [...found.values()].toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
    this.policies.push(...inOrder);
  }

  in(mode: 'live' | 'shadow'): RegisteredPolicy[] {
    return this.policies.filter((policy) => policy.mode === mode);
  }
}

/** Providers made by a factory or given as a value have no class of their own: their instance does. */
function classOf({ inject, instance, metatype }: InstanceWrapper): Class | undefined {
  const ownClass: unknown = metatype && !inject ? metatype : (instance as object | undefined)?.constructor;
  return ownClass as Class | undefined;
}

function problemOf(wrapper: InstanceWrapper, { name }: Class, { id }: PolicyOptions): string | undefined {
  if (typeof id !== 'string' || !ID.test(id)) {
    return `Policy ${name} has no usable id: give it one such as 'fraud.velocity' (up to 100 of A-Z a-z 0-9 . _ -)`;
  }
  if (!wrapper.isDependencyTreeStatic()) {
    return `Policy ${name} is request-scoped or depends on a request-scoped provider: make them singletons`;
  }
  const { decide } = wrapper.instance as Partial<AuthorizationPolicy>;
  return typeof decide === 'function' ? undefined : `Policy ${name} has no method decide()`;
}

function twinOf(found: Map<Class, RegisteredPolicy>, type: Class, { id }: PolicyOptions): string | undefined {
  const twin = [...found].find(([, policy]) => policy.id === id)?.[0];
  return twin && `Policies ${twin.name} and ${type.name} share the id '${id}': give one another`;
}
