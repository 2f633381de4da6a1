import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Redaction } from '../redaction/redaction.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { DecisionLedger } from './decision-ledger.js';
import { IssuingMetrics } from './issuing-metrics.js';
import type { ShadowVerdict, Verdict } from './policy.js';
import { PolicyRegistry, type RegisteredPolicy } from './policy-registry.js';
import { readVerdict } from './verdict-check.js';

/**
 * What the policies came to. `failed`: one of them did, and asked for the fallback answer. `late`: no time was left to
 * ask all of them.
 */
export type ChainResult =
  | { kind: 'verdict'; verdict: Exclude<Verdict, { kind: 'abstain' }>; policy: string }
  | { kind: 'abstained' }
  | { kind: 'failed'; policy: string }
  | { kind: 'late' };

/** What came of asking one policy. `late`: it has used up the time of all. */
type Asked = Verdict | { kind: 'failed' } | { kind: 'late' };

/** Asks the policies, one after the other, each for no longer than it may take. */
@Injectable()
export class PolicyChain {
  constructor(
    private readonly registry: PolicyRegistry,
    private readonly ledger: DecisionLedger,
    private readonly metrics: IssuingMetrics,
    private readonly redaction: Redaction,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** @param deadline - on the clock of `performance.now()` */
  async ask(request: AuthorizationRequest, deadline: number): Promise<ChainResult> {
    let isLate = false;
    for (const policy of this.registry.in('live')) {
      if (isLate) return { kind: 'late' };
      const asked = await this.askOne(policy, request, deadline);
      switch (asked.kind) {
        case 'abstain':
          break;
        case 'failed':
        case 'late':
          if (policy.onFailure === 'fallback') return { kind: 'failed', policy: policy.id };
          isLate = asked.kind === 'late';
          break;
        default:
          return { kind: 'verdict', verdict: asked, policy: policy.id };
      }
    }
    return { kind: 'abstained' };
  }

  /** Asks the shadow policies; never rejects. */
  async askShadows(request: AuthorizationRequest, deadline: number): Promise<ShadowVerdict[]> {
    const asked = this.registry.in('shadow').map(async (policy): Promise<ShadowVerdict> => {
      const { kind, ...details } = await this.askOne(policy, request, deadline);
      return { policy: policy.id, verdict: kind === 'late' ? 'failed' : kind, ...details };
    });
    return Promise.all(asked);
  }

  private async askOne(
    { id, policy, timeoutMs }: RegisteredPolicy,
    request: AuthorizationRequest,
    deadline: number,
  ): Promise<Asked> {
    const abort = new AbortController();
    const msLeft = () => Math.max(0, deadline - performance.now());
    const mayTakeAll = msLeft() <= timeoutMs;
    const ms = Math.round(Math.min(timeoutMs, msLeft()));
    const timer = setTimeout(() => abort.abort(new Error(`no answer in ${ms} ms`)), ms);
    try {
      const timedOut = new Promise<never>((_resolve, reject) => {
        abort.signal.addEventListener('abort', () => reject(abort.signal.reason as Error));
      });
      const context = { signal: abort.signal, msLeft, ledger: this.ledger };
      return readVerdict(await Promise.race([policy.decide(request, context), timedOut]), request);
    } catch (error) {
      this.metrics.policyFailures.inc({ policy: id });
      const { eventId, authorization } = request;
      const words = loggable(error);
      // A policy may quote what it was given.
      const message = this.redaction.text(words.message, JSON.stringify(authorization));
      this.logger.warn({ eventId, policy: id, error: { ...words, message } }, 'policy failed');
      return { kind: abort.signal.aborted && mayTakeAll ? 'late' : 'failed' };
    } finally {
      clearTimeout(timer);
    }
  }
}
