import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { ISOLATED_RUN_QUEUE, REPLAYED_RUN_QUEUE, RUN_QUEUE, type RunJob } from './queue-policy.js';

/** A run that may be due. */
export interface DueRun {
  id: string;
  handlerId: string;
  attempts: number;
  /** Whether a bulk replay asked for it: live runs go first. */
  replayed?: boolean;
}

interface EnqueueOptions {
  /** Wait before the job is due, in milliseconds. */
  delayMs?: number;
  /** One at a time, because the run's last worker died. */
  isolated?: boolean;
  /** Sets the job apart from another one for the same attempt that may still exist. */
  suffix?: string;
}

/** Offers runs to the workers through Bull. It may fail: what Redis does not take, the sweeper offers again. */
@Injectable()
export class RunQueue {
  constructor(
    @InjectQueue(RUN_QUEUE) private readonly ordinary: Queue<RunJob>,
    @InjectQueue(ISOLATED_RUN_QUEUE) private readonly isolated: Queue<RunJob>,
    @InjectQueue(REPLAYED_RUN_QUEUE) private readonly replayed: Queue<RunJob>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {}

  /**
   * Never rejects, and takes no longer than the Redis command time-out. Each job goes out by itself: Bull's `addBulk`
   * takes twice the time for one job, no less for fifty, and each one's memory outlives it.
   */
  async offer(runs: readonly DueRun[], options: EnqueueOptions = {}): Promise<void> {
    const offers = await Promise.allSettled(runs.map((run) => this.add(run, options)));
    const refusals = offers.filter((offer) => offer.status === 'rejected');
    if (refusals.length === 0) return;
    this.metrics.enqueueFailures.inc(refusals.length);
    const error = loggable(refusals[0]?.reason);
    this.logger.warn({ runs: refusals.length, error }, 'redis did not take the runs; the sweeper will');
  }

  private add(run: DueRun, { delayMs, isolated = false, suffix = '' }: EnqueueOptions): Promise<unknown> {
    const { id, handlerId, attempts, replayed = false } = run;
    const queue = isolated ? this.isolated : replayed ? this.replayed : this.ordinary;
    return queue.add(
      { runId: id, handlerId, attempts },
      // The attempt is part of the id, or an old job could mask a new one: Bull ignores an id that it knows.
      { jobId: `${id}-${attempts}${suffix}`, ...(delayMs && { delay: delayMs }) },
    );
  }

  /** Jobs in Redis by state, for the metrics. */
  async depth(): Promise<{ queue: string; state: string; jobs: number }[]> {
    const depths = [this.ordinary, this.isolated, this.replayed].map(async (queue) =>
      Object.entries(await queue.getJobCounts()).map(([state, jobs]) => ({ queue: queue.name, state, jobs })),
    );
    return (await Promise.all(depths)).flat();
  }
}
