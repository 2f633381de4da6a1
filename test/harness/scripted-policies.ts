import { Module, type Type } from '@nestjs/common';
import {
  abstain,
  type AuthorizationPolicy,
  type AuthorizationRequest,
  IssuingPolicy,
  type PolicyContext,
  type Verdict,
} from '../../src/issuing-authorizations/index.js';
import type { PolicyOptions } from '../../src/issuing-authorizations/policy.js';

/** What a policy does; tests may let it answer nonsense. */
export type Decide = (request: AuthorizationRequest, context: PolicyContext) => unknown;

/** A policy that does what the test says at the moment: abstain, until told otherwise. */
export interface ScriptedPolicy {
  module: Type;
  decide: Decide;
}

/** Makes a module with one policy. */
export function scriptedPolicy(options: PolicyOptions, className = 'ScriptedPolicy'): ScriptedPolicy {
  const script: ScriptedPolicy = { module: class {}, decide: abstain };
  class Policy implements AuthorizationPolicy {
    decide(request: AuthorizationRequest, context: PolicyContext): Verdict {
      return script.decide(request, context) as Verdict;
    }
  }
  Object.defineProperty(Policy, 'name', { value: className });
  IssuingPolicy(options)(Policy);
  Module({ providers: [Policy] })(script.module);
  return script;
}
