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
    const deadline = arrivedAt + this.config.ISSUING_DEADLINE_MS;
    const request = readAuthorizationRequest(event);
    const subject = subjectOf(event, request, arrivedAt);
    const progress: Progress = { recorded: false, stored: false, answered: false };
    const shadows = request ? this.chain.askShadows(request, deadline) : Promise.resolve([]);
    const work = Promise.all([
      this.decideAndRecord(subject, deadline, progress),
      this.store(event, progress),
    ]);
    await untilDeadline(work, deadline);
    progress.answered = true;
    const { recorded, stored } = progress;
    const decision = progress.decision ?? decisionOf(subject, this.rulings.fallback('deadline'));
    if (!recorded || !stored) this.keeper.keep(recorded ? undefined : decision, stored ? undefined : event);
    this.observe(decision);
    void this.noteShadows(decision, shadows);
    return decision;
  }

  /** Comes to a decision and writes it down. */
  private async decideAndRecord(
    subject: DecisionSubject,
    deadline: number,
    progress: Progress,
  ): Promise<void> {
    const { request } = subject;
    const { ruling, reservations } = request
      ? await this.rulings.rule(request, deadline)
      : { ruling: this.rulings.fallback('not_understood'), reservations: [] };
    const decision = decisionOf(subject, ruling, reservations);
    if (decision.reservations.length === 0) progress.decision = decision;
    try {
      progress.decision = await this.record(decision, subject, progress);
      progress.recorded = true;
    } catch (error) {
      this.logger.warn(
        { eventId: subject.eventId, error: loggable(error) },
        'decision could not be recorded at once',
      );
      progress.decision ??= decisionOf(subject, this.rulings.fallback('store_unavailable'));
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

/** Resolves when the work is done, or at the deadline on the clock of `performance.now()`. */
async function untilDeadline(work: Promise<unknown>, deadline: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeUp = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, deadline - performance.now()));
  });
  await Promise.race([work, timeUp]);
  clearTimeout(timer);
}
