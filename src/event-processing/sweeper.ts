import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { lateness } from '../timing/lateness.js';
import { RedisConnections } from './redis-connections.js';
import { RunOutcomes } from './run-outcomes.js';
import { RunQueue } from './run-queue.js';
import { type OverdueRun, RunStore } from './run-store.js';

const EVERY_MS = 500;
const BATCH = 500;

/** A run that is overdue by this many times the grace gets a job of its own, whatever Redis holds for it. */
const PATIENCE = 4;

/**
 * Makes up for everything that Redis forgot or never heard of, and for workers that died: Postgres knows every open
 * run, so any number of sweepers can offer them again.
 */
@Injectable()
export class Sweeper {
  private sweeping = false;

  constructor(
    private readonly store: RunStore,
    private readonly queue: RunQueue,
    private readonly outcomes: RunOutcomes,
    private readonly redis: RedisConnections,
    private readonly metrics: Metrics,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval(EVERY_MS)
  async sweep(): Promise<void> {
    if (this.sweeping) return;
    this.sweeping = true;
    try {
      // Without Redis there is nobody to offer a run to: it keeps its turn.
      if (await this.redis.isUp()) {
        await this.recoverLost();
        await this.store.wake(BATCH);
        await this.offerOverdue();
      }
    } catch (error) {
      this.logger.warn({ error: loggable(error) }, 'sweep failed; the next one tries again');
    } finally {
      this.sweeping = false;
    }
  }

  private async recoverLost(): Promise<void> {
    const runs = await this.store.recoverLost(BATCH);
    for (const run of runs) {
      this.metrics.sweptRuns.inc({ reason: 'lost' });
      const { id: runId, handlerId, attempts: attempt, status } = run;
      this.logger.error({ runId, handlerId, attempt, status }, 'run was lost with its worker');
      if (status !== 'dead') continue;
      this.metrics.runsFinished.inc({ handler: handlerId, status });
      await this.outcomes.wakeNext(run, handlerId);
    }
    await this.queue.offer(
      runs.filter(({ status }) => status === 'retrying'),
      { isolated: true },
    );
  }

  private async offerOverdue(): Promise<void> {
    let runs;
    do {
      runs = await this.store.takeOverdue(BATCH);
      const due = runs.filter((run) => !run.parked);
      this.metrics.sweptRuns.inc({ reason: 'overdue' }, due.length);
      for (const isolated of [false, true]) {
        await this.offer(
          due.filter((run) => run.isolated === isolated),
          isolated,
        );
      }
    } while (runs.length === BATCH);
  }

  /** What is later than it should be may be masked by a job that nobody works on. */
  private async offer(runs: readonly OverdueRun[], isolated: boolean): Promise<void> {
    const patienceMs = PATIENCE * this.config.SWEEP_GRACE_MS;
    const steps = new Map(runs.map((run) => [run, lateness(run.lateMs, patienceMs)]));
    for (const step of new Set(steps.values())) {
      const equallyLate = runs.filter((run) => steps.get(run) === step);
      await this.queue.offer(equallyLate, { isolated, ...(step > 0 && { suffix: `-late-${step}` }) });
    }
  }
}
