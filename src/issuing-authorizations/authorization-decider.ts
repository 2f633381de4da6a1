import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { EventReceiver } from '../event-processing/event-receiver.js';
import type { NewEvent } from '../event-store/new-event.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { type AuthorizationRequest, readAuthorizationRequest } from './authorization-request.js';
import { type Decision, decisionOf, type DecisionSubject } from './decision.js';
import { DecisionKeeper } from './decision-keeper.js';
import { DecisionLedger } from './decision-ledger.js';
import { IssuingMetrics } from './issuing-metrics.js';
import type { ShadowVerdict } from './policy.js';
import { PolicyChain } from './policy-chain.js';
import { Rulings } from './rulings.js';

/** What one delivery knows at a moment. */
interface Progress {
  /** Stands whatever the ledger says, because it takes from no total. */
  firm?: Decision;
  /** The answer is out. */
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
    const deadline = arrivedAt + this.config.ISSUING_DEADLINE_MS;
    const request = readAuthorizationRequest(event);
    const subject = subjectOf(event, request, arrivedAt);
    const progress: Progress = { answered: false };
    const time = deadlineTimer(deadline);
    const stored = this.store(event);
    const shadows = request ? this.chain.askShadows(request, deadline) : Promise.resolve([]);
    const recorded = this.recordDecision(subject, deadline, progress);
    const inTime = await Promise.race([Promise.all([recorded, stored]), time.up]);
    progress.answered = true;
    time.stop();
    const [result, isStored] = inTime ?? [undefined, false];
    const decision =
      result?.decision ?? progress.firm ?? decisionOf(subject, this.rulings.fallback('deadline'));
    const unrecorded = result?.recorded ? undefined : decision;
    if (unrecorded || !isStored) this.keeper.keep(unrecorded, isStored ? undefined : event);
    this.observe(decision);
    void this.noteShadows(decision, shadows);
    return decision;
  }

  /** Comes to a decision and writes it down. @returns what to answer, and whether the ledger has it */
  private async recordDecision(
    subject: DecisionSubject,
    deadline: number,
    progress: Progress,
  ): Promise<{ decision: Decision; recorded: boolean }> {
    const { request } = subject;
    const { ruling, reservations } = request
      ? await this.rulings.rule(request, deadline)
      : { ruling: this.rulings.fallback('not_understood'), reservations: [] };
    const decision = decisionOf(subject, ruling, reservations);
    if (decision.reservations.length === 0) progress.firm = decision;
    try {
      return { decision: await this.record(decision, subject, progress), recorded: true };
    } catch (error) {
      this.logger.warn(
        { eventId: subject.eventId, error: loggable(error) },
        'decision could not be recorded at once',
      );
      const answer = progress.firm ?? decisionOf(subject, this.rulings.fallback('store_unavailable'));
      return { decision: answer, recorded: false };
    }
  }

  private async record(decision: Decision, subject: DecisionSubject, progress: Progress): Promise<Decision> {
    const result = await this.ledger.record(decision, () => progress.answered);
    switch (result.kind) {
      case 'recorded':
        return decision;
      case 'known':
        return { ...decision, ...result.decision };
      case 'over_limit': {
        const declined = decisionOf(subject, {
          approved: false,
          reason: 'over_limit',
          policy: 'spending rules',
        });
        progress.firm = declined;
        return this.record(declined, subject, progress);
      }
    }
  }

  /** The request is an event like any other. It must be safe before it is acknowledged. */
  private async store(event: NewEvent): Promise<boolean> {
    return this.receiver.receive(event).then(
      () => true,
      () => false,
    );
  }

  private observe({ approved, reason, fallback, latencyMs }: Decision): void {
    const label = fallback || reason === 'default' ? reason : 'decided';
    this.metrics.decisions.inc({ approved: String(approved), reason: label });
    this.metrics.seconds.observe(latencyMs / 1000);
  }

  private async noteShadows(decision: Decision, shadows: Promise<ShadowVerdict[]>): Promise<void> {
    const verdicts = await shadows;
    if (verdicts.length === 0) return;
    for (const { policy, verdict } of verdicts) {
      const same = verdict === 'abstain' || verdict === (decision.approved ? 'approve' : 'decline');
      if (!same) this.metrics.shadowDifferences.inc({ policy });
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
  account: event.account,
  livemode: event.livemode,
  arrivedAt,
  ...(request && { request }),
});

function deadlineTimer(deadline: number): { up: Promise<undefined>; stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const up = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, deadline - performance.now()));
  });
  return { up, stop: () => clearTimeout(timer) };
}
