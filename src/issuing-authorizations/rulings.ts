import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import type { AuthorizationRequest } from './authorization-request.js';
import type { Ruling } from './decision.js';
import { PolicyChain } from './policy-chain.js';
import { type Reservation, reservationFor, violation } from './rule-check.js';
import { SpendingRules } from './spending-rules.js';

/** A ruling, and the totals that an approval takes from. */
export interface RuledRequest {
  ruling: Ruling;
  reservations: Reservation[];
}

/** Decides on a request: spending rules first, because no policy may overrule them, then the policies. */
@Injectable()
export class Rulings {
  constructor(
    private readonly rules: SpendingRules,
    private readonly chain: PolicyChain,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @param deadline - on the clock of `performance.now()` */
  async rule(request: AuthorizationRequest, deadline: number): Promise<RuledRequest> {
    const rules = this.rules.concerning(request);
    if (!rules) return { ruling: this.fallback('rules_unknown'), reservations: [] };
    for (const rule of rules) {
      const forbidden = violation(rule, request);
      if (forbidden) {
        const ruling = { approved: false, reason: `${rule.name}: ${forbidden}`, policy: `rule ${rule.id}` };
        return { ruling, reservations: [] };
      }
    }
    const ruling = await this.askPolicies(request, deadline);
    const now = new Date();
    const reservations = rules.flatMap((rule) => reservationFor(rule, request, now) ?? []);
    return { ruling, reservations: ruling.approved ? reservations : [] };
  }

  fallback(reason: string): Ruling {
    return { approved: this.config.ISSUING_FALLBACK === 'approve', reason, fallback: true };
  }

  private async askPolicies(request: AuthorizationRequest, deadline: number): Promise<Ruling> {
    const result = await this.chain.ask(request, deadline);
    switch (result.kind) {
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
