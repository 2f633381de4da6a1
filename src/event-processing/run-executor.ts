import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { HandlerRegistry } from '../event-handlers/handler-registry.js';
import type { RegisteredHandler } from '../event-handlers/registered-handler.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { AttemptRunner } from './attempt-runner.js';
import { Lanes } from './lanes.js';
import type { RunJob } from './queue-policy.js';
import { RunOutcomes } from './run-outcomes.js';
import { type ClaimedRun, RunStore } from './run-store.js';

/** Does what a job asks for: claims the run, makes the attempt, records how it went. */
@Injectable()
export class RunExecutor {
  private readonly lanes = new Lanes();
  private readonly inFlight = new Set<Promise<void>>();
  private stopping = false;

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly store: RunStore,
    private readonly attempts: AttemptRunner,
    private readonly outcomes: RunOutcomes,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  execute(job: RunJob): Promise<void> {
    const execution = this.perform(job).finally(() => this.inFlight.delete(execution));
    this.inFlight.add(execution);
    return execution;
  }

  /** Resolves when nothing is in flight. */
  async idle(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.allSettled(this.inFlight);
  }

  private async perform({ runId, handlerId, attempts }: RunJob): Promise<void> {
    const handler = this.registry.get(handlerId);
    if (!handler) {
      this.logger.warn(
        { runId, handlerId },
        'no such handler in this worker; the run waits for one that has it',
      );
      return;
    }
    const width = handler.options.concurrency ?? Math.ceil(this.config.WORKER_CONCURRENCY / 2);
    if (this.stopping || !this.lanes.enter(handlerId, width)) return;
    try {
      const run = await this.store.claim(runId, attempts, handler);
      if (run) await this.attempt(run, handler);
      await this.leave(handler);
    } catch (error) {
      this.lanes.leave(handlerId, { inAnyCase: true });
      throw error;
    }
  }

  /** From now on no run is started; those in flight go on. */
  stop(): void {
    this.stopping = true;
  }

  /** Leaves the lane when no run is left of those that were turned away while it was full. */
  private async leave(handler: RegisteredHandler): Promise<void> {
    let more = false;
    while (more || !this.lanes.leave(handler.id, { inAnyCase: this.stopping })) {
      const run = this.stopping ? undefined : await this.store.claimNext(handler);
      if (run) await this.attempt(run, handler);
      more = run !== undefined;
    }
  }

  private async attempt(run: ClaimedRun, handler: RegisteredHandler): Promise<void> {
    const stopTimer = this.metrics.handlerSeconds.startTimer({ handler: handler.id });
    try {
      await this.attempts.run(run, handler);
    } catch (error) {
      stopTimer({ outcome: 'failed' });
      await this.outcomes.failed(run, handler, error);
      return;
    }
    stopTimer({ outcome: 'succeeded' });
    await this.outcomes.succeeded(run, handler);
  }
}
