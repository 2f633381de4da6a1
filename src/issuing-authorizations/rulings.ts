import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import type { AuthorizationRequest } from './authorization-request.js';
import type { Ruling } from './decision.js';
import { PolicyChain } from './policy-chain.js';
import { type Reservation, reservationFor, violation } from './rule-check.js';
import type { SpendingRule } from './spending-rule.entity.js';
import { SpendingRules } from './spending-rules.js';

/** Declines for a total that is used up. */
export const SPENDING_RULES = 'spending rules';

const nameOf = ({ id }: SpendingRule): string => `rule ${id}`;

/** Whether a decision was made by a spending rule: their names have a space, which no id of a policy has. */
export const isRule = (policy: string | null): boolean => policy?.includes(' ') ?? false;

/** Decides on a request: spending rules first, because no policy may overrule them, then the policies. */
@Injectable()
export class Rulings {
  constructor(
    private readonly rules: SpendingRules,
    private readonly chain: PolicyChain,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param policiesUntil - when policies must have answered, on the clock of `performance.now()` */
  async rule(request: AuthorizationRequest, policiesUntil: number): Promise<Ruling> {
    const rules = this.rules.concerning(request);
    if (!rules) return this.fallback('rules_unknown');
    for (const rule of rules) {
      const forbidden = violation(rule, request);
      if (forbidden) {
        return { approved: false, reason: `${rule.name}: ${forbidden}`, policy: nameOf(rule) };
      }
    }
    return this.askPolicies(request, policiesUntil);
  }

  /** The totals that an approval takes from. */
  reservations(request: AuthorizationRequest): Reservation[] {
    const now = new Date();
    const rules = this.rules.concerning(request) ?? [];
    return rules.flatMap((rule) => reservationFor(rule, request, now) ?? []);
  }

  fallback(reason: string): Ruling {
    return { approved: this.config.ISSUING_FALLBACK === 'approve', reason, fallback: true };
  }

  private async askPolicies(request: AuthorizationRequest, until: number): Promise<Ruling> {
    const result = await this.chain.ask(request, until);
    switch (result.kind) {
      case 'late':
        return this.fallback('deadline');
      case 'failed':
        return { ...this.fallback('policy_failed'), policy: result.policy };
      case 'abstained':
        return { approved: this.config.ISSUING_DEFAULT === 'approve', reason: 'default' };
      case 'verdict': {
        const { verdict, policy } = result;
        const { kind, ...details } = verdict;
        return { reason: 'approved', ...details, approved: kind === 'approve', policy };
      }
    }
  }
}
