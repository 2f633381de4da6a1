import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { SkipRun } from '../event-handlers/index.js';
import { HandlerRegistry } from '../event-handlers/handler-registry.js';
import type { RegisteredHandler } from '../event-handlers/registered-handler.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { InFlight } from '../timing/in-flight.js';
import { AttemptRunner } from './attempt-runner.js';
import type { ClaimedRun } from './claimed-run.js';
import { Lanes, type RunKind } from './lanes.js';
import type { RunJob } from './queue-policy.js';
import { ReplayRest } from './replay-rest.js';
import { RunOutcomes } from './run-outcomes.js';
import { RunQueue } from './run-queue.js';
import { RunStore } from './run-store.js';

/** Does what a job asks for: claims the run, makes the attempt, records how it went. */
@Injectable()
export class RunExecutor {
  private readonly lanes = new Lanes();
  private readonly inFlight = new InFlight();
  private readonly stopped = new AbortController();
  private readonly rest = new ReplayRest();

  constructor(
    private readonly registry: HandlerRegistry,
    private readonly store: RunStore,
    private readonly attempts: AttemptRunner,
    private readonly outcomes: RunOutcomes,
    private readonly queue: RunQueue,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    // As many listen to it as there are slots that rest.
    setMaxListeners(0, this.stopped.signal);
  }

  /** @param kind - whose slot the job has */
  execute(job: RunJob, kind: RunKind): Promise<void> {
    return this.inFlight.add(this.perform(job, kind));
  }

  /** Resolves when nothing is in flight. */
  idle(): Promise<void> {
    return this.inFlight.idle();
  }

  private async perform({ runId, handlerId, attempts }: RunJob, kind: RunKind): Promise<void> {
    const handler = this.registry.get(handlerId);
    if (!handler) {
      this.logger.warn(
        { runId, handlerId },
        'no such handler in this worker; the run waits for one that has it',
      );
      return;
    }
    const width = handler.options.concurrency ?? Math.ceil(this.config.WORKER_CONCURRENCY / 2);
    if (this.stopped.signal.aborted || !this.lanes.enter(handlerId, width, kind)) return;
    try {
      const began = performance.now();
      const run = await this.store.claim(runId, attempts, handler);
      const claimMs = performance.now() - began;
      if (run) await this.attempt(run, handler);
      await this.leave(handler, kind);
      if (run && kind === 'replayed') await this.pause(this.rest.after(claimMs));
    } catch (error) {
      this.lanes.leave(handlerId, kind, { inAnyCase: true });
      throw error;
    }
  }

  /** From now on no run is started; those in flight go on. */
  stop(): void {
    this.stopped.abort();
  }

  /** Leaves the lane when no live run is left of those that were turned away while it was full. */
  private async leave(handler: RegisteredHandler, kind: RunKind): Promise<void> {
    const leave = () => this.lanes.leave(handler.id, kind, { inAnyCase: this.stopped.signal.aborted });
    let { lookFor, replayedMayEnter } = leave();
    while (lookFor !== undefined) {
      const run = await this.store.claimNext(handler);
      if (run) await this.attempt(run, handler);
      else this.lanes.noneIsDue(handler.id, lookFor);
      ({ lookFor, replayedMayEnter } = leave());
    }
    if (replayedMayEnter > 0) await this.wakeReplayed(handler, replayedMayEnter);
  }

  /** They wait for a slot of their own kind: a live one is not for them. */
  private async wakeReplayed(handler: RegisteredHandler, limit: number): Promise<void> {
    try {
      const waiting = await this.store.waitingReplayed(handler.id, limit);
      // Whoever leaves next looks for the rest.
      if (waiting.length === limit) this.lanes.moreReplayedAreDue(handler.id);
      await this.queue.offer(waiting, { suffix: `-again-${Date.now()}` });
    } catch (error) {
      this.logger.warn(
        { handlerId: handler.id, error: loggable(error) },
        'replayed runs wait for the sweeper',
      );
    }
  }

  /** Ends early when no run is started any more. */
  private async pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.stopped.signal }).catch(() => undefined);
  }

  private async attempt(run: ClaimedRun, handler: RegisteredHandler): Promise<void> {
    const stopTimer = this.metrics.handlerSeconds.startTimer({ handler: handler.id });
    try {
      await this.attempts.run(run, handler);
    } catch (error) {
      stopTimer({ outcome: error instanceof SkipRun ? 'skipped' : 'failed' });
      await this.outcomes.failed(run, handler, error);
      return;
    }
    stopTimer({ outcome: 'succeeded' });
    await this.outcomes.succeeded(run, handler);
  }
}
