import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { DecisionLedger } from './decision-ledger.js';
import { IssuingMetrics } from './issuing-metrics.js';
import type { ShadowVerdict, Verdict } from './policy.js';
import { PolicyRegistry, type RegisteredPolicy } from './policy-registry.js';
import { problemOfVerdict } from './verdict-check.js';

/** What the policies came to. `failed`: one of them did, and asked for the fallback answer. */
export type ChainResult =
  | { kind: 'verdict'; verdict: Exclude<Verdict, { kind: 'abstain' }>; policy: string }
  | { kind: 'abstained' }
  | { kind: 'failed'; policy: string };

/** Asks the policies, one after the other, each for no longer than it may take. */
@Injectable()
export class PolicyChain {
  constructor(
    private readonly registry: PolicyRegistry,
    private readonly ledger: DecisionLedger,
    private readonly metrics: IssuingMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param deadline - on the clock of `performance.now()` */
  async ask(request: AuthorizationRequest, deadline: number): Promise<ChainResult> {
    for (const policy of this.registry.in('live')) {
      const verdict = await this.verdictOf(policy, request, deadline);
      if (verdict === 'failed') {
        if (policy.onFailure === 'fallback') return { kind: 'failed', policy: policy.id };
      } else if (verdict.kind !== 'abstain') return { kind: 'verdict', verdict, policy: policy.id };
    }
    return { kind: 'abstained' };
  }

  /** Asks the shadow policies; never rejects. */
  async askShadows(request: AuthorizationRequest, deadline: number): Promise<ShadowVerdict[]> {
    const asked = this.registry.in('shadow').map(async (policy): Promise<ShadowVerdict> => {
      const verdict = await this.verdictOf(policy, request, deadline);
      if (verdict === 'failed') return { policy: policy.id, verdict };
      const { kind, ...details } = verdict;
      return { policy: policy.id, verdict: kind, ...details };
    });
    return Promise.all(asked);
  }

  private async verdictOf(
    { id, policy, timeoutMs }: RegisteredPolicy,
    request: AuthorizationRequest,
    deadline: number,
  ): Promise<Verdict | 'failed'> {
    const abort = new AbortController();
    const msLeft = () => Math.max(0, deadline - performance.now());
    const timer = setTimeout(
      () => abort.abort(new Error(`no answer in ${timeoutMs} ms`)),
      Math.min(timeoutMs, msLeft()),
    );
    try {
      const timedOut = new Promise<never>((_resolve, reject) => {
        abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error));
      });
      const context = { signal: abort.signal, msLeft, ledger: this.ledger };
      const verdict = await Promise.race([policy.decide(request, context), timedOut]);
      const problem = problemOfVerdict(verdict, request);
      if (problem) throw new Error(problem);
      return verdict;
    } catch (error) {
      this.metrics.policyFailures.inc({ policy: id });
      this.logger.warn({ eventId: request.eventId, policy: id, error: loggable(error) }, 'policy failed');
      return 'failed';
    } finally {
      clearTimeout(timer);
    }
  }
}
