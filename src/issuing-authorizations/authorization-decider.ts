import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { EventReceiver } from '../event-processing/event-receiver.js';
import type { NewEvent } from '../event-store/new-event.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { type AuthorizationRequest, readAuthorizationRequest } from './authorization-request.js';
import { type Decision, decisionOf, type DecisionSubject, type Ruling, takesFromTotals } from './decision.js';
import { DecisionKeeper } from './decision-keeper.js';
import { DecisionLedger } from './decision-ledger.js';
import { IssuingMetrics } from './issuing-metrics.js';
import type { ShadowVerdict } from './policy.js';
import { PolicyChain } from './policy-chain.js';
import { Rulings, SPENDING_RULES } from './rulings.js';
import { differs } from './shadow-difference.js';
import { isStorable } from './storable-text.js';

/** Of the time that there is, policies get this share; the rest is for the ledger. */
const POLICY_SHARE = 0.9;

/** How far one delivery has come. */
interface Progress {
  /** May be answered now: it is in the ledger, or it takes from no total. */
  decision?: Decision;
  recorded: boolean;
  stored: boolean;
  answered: boolean;
}

/** Decides on authorization requests, never later than the deadline. */
@Injectable()
export class AuthorizationDecider {
  constructor(
    private readonly rulings: Rulings,
    private readonly chain: PolicyChain,
    private readonly ledger: DecisionLedger,
    private readonly keeper: DecisionKeeper,
    private readonly receiver: EventReceiver,
    private readonly metrics: IssuingMetrics,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Never rejects.
   *
   * @param arrivedAt - when the request came in, on the clock of `performance.now()`
   */
  async decide(event: NewEvent, arrivedAt: number): Promise<Decision> {
    const budget = this.config.ISSUING_DEADLINE_MS;
    const policiesUntil = arrivedAt + POLICY_SHARE * budget;
    const request = readAuthorizationRequest(event);
    const subject = subjectOf(event, request, arrivedAt);
    const progress: Progress = { recorded: false, stored: false, answered: false };
    const shadows = request ? this.chain.askShadows(request, policiesUntil) : Promise.resolve([]);
    const work = Promise.all([
      this.decideAndRecord(subject, policiesUntil, progress),
      this.store(event, progress),
    ]);
    await untilDeadline(work, arrivedAt + budget);
    const decision = this.settle(event, subject, progress);
    this.observe(decision, arrivedAt);
    void this.noteShadows(decision, shadows);
    return decision;
  }

  /** The answer; what Postgres does not have of it yet is kept safely. */
  private settle(event: NewEvent, subject: DecisionSubject, progress: Progress): Decision {
    progress.answered = true;
    const { recorded, stored, decision = this.fallback(subject, 'deadline') } = progress;
    if (recorded && stored) return decision;
    const late = { ...decision, latencyMs: performance.now() - subject.arrivedAt };
    this.keeper.keep(recorded ? undefined : late, stored ? undefined : event);
    return decision;
  }

  /** Comes to a decision and writes it down. */
  private async decideAndRecord(
    subject: DecisionSubject,
    policiesUntil: number,
    progress: Progress,
  ): Promise<void> {
    const decision = await this.decisionOn(subject, policiesUntil);
    // Something else was answered, and the ledger must say that.
    if (progress.answered) return;
    if (!takesFromTotals(decision)) progress.decision = decision;
    try {
      progress.decision = await this.record(decision, subject, progress);
      progress.recorded = true;
    } catch (error) {
      this.logger.warn(
        { eventId: subject.eventId, error: loggable(error) },
        'decision could not be recorded at once',
      );
      progress.decision ??= this.fallback(subject, 'store_unavailable');
    }
  }

  private async decisionOn(subject: DecisionSubject, policiesUntil: number): Promise<Decision> {
    if (!subject.request) return this.fallback(subject, 'not_understood');
    return this.decisionBy(await this.rulings.rule(subject.request, policiesUntil), subject);
  }

  /** What it approves takes from the totals as well, though they were not asked. */
  private fallback(subject: DecisionSubject, reason: string): Decision {
    return this.decisionBy(this.rulings.fallback(reason), subject);
  }

  private decisionBy(ruling: Ruling, subject: DecisionSubject): Decision {
    const reservations = subject.request ? this.rulings.reservations(subject.request) : [];
    return decisionOf(subject, ruling, reservations);
  }

  private async record(decision: Decision, subject: DecisionSubject, progress: Progress): Promise<Decision> {
    const result = await this.ledger.record(decision, () => progress.answered);
    switch (result.kind) {
      case 'recorded':
        return decision;
      case 'known':
        return { ...decision, ...result.decision };
      case 'over_limit': {
        const ruling = { approved: false, reason: 'over_limit', policy: SPENDING_RULES };
        const declined = this.decisionBy(ruling, subject);
        progress.decision = declined;
        return this.record(declined, subject, progress);
      }
    }
  }

  /** The request is an event like any other. It must be safe before it is acknowledged. */
  private async store(event: NewEvent, progress: Progress): Promise<void> {
    try {
      await this.receiver.receive(event);
      progress.stored = true;
    } catch {
      // It goes to disk, together with whatever else Postgres did not take.
    }
  }

  private observe({ approved, reason, fallback }: Decision, arrivedAt: number): void {
    const label = fallback || reason === 'default' ? reason : 'decided';
    this.metrics.decisions.inc({ approved: String(approved), reason: label });
    this.metrics.seconds.observe((performance.now() - arrivedAt) / 1000);
  }

  private async noteShadows(decision: Decision, shadows: Promise<ShadowVerdict[]>): Promise<void> {
    const verdicts = await shadows;
    if (verdicts.length === 0) return;
    for (const verdict of verdicts) {
      if (differs(verdict, decision)) this.metrics.shadowDifferences.inc({ policy: verdict.policy });
    }
    await this.keeper.keepShadow(decision.eventId, verdicts);
  }
}

const subjectOf = (
  event: NewEvent,
  request: AuthorizationRequest | undefined,
  arrivedAt: number,
): DecisionSubject => ({
  eventId: event.id,
  requestedAt: event.created,
  authorizationId: event.objectId !== null && isStorable(event.objectId) ? event.objectId : null,
  account: event.account,
  livemode: event.livemode,
  arrivedAt,
  ...(request && { request }),
});

/** Resolves when the work is done, or at the deadline on the clock of `performance.now()`. */
async function untilDeadline(work: Promise<unknown>, deadline: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - performance.now()));
  });
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}
