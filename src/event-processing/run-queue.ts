import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { JobOptions, Queue } from 'bull';
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

  /** Never rejects, and takes no longer than the Redis command time-out. */
  async offer(
    runs: readonly DueRun[],
    { delayMs, isolated = false, suffix }: EnqueueOptions = {},
  ): Promise<void> {
    if (isolated) return this.add(this.isolated, runs, { delayMs, suffix });
    const live = runs.filter((run) => !run.replayed);
    const replayed = runs.filter((run) => run.replayed);
    await Promise.all([
      this.add(this.ordinary, live, { delayMs, suffix }),
      this.add(this.replayed, replayed, { delayMs, suffix }),
    ]);
  }

  private async add(
    queue: Queue<RunJob>,
    runs: readonly DueRun[],
    { delayMs, suffix = '' }: Pick<EnqueueOptions, 'delayMs' | 'suffix'>,
  ): Promise<void> {
    if (runs.length === 0) return;
    const jobs = runs.map(({ id, handlerId, attempts }) => ({
      data: { runId: id, handlerId, attempts },
      // The attempt is part of the id, or an old job could mask a new one: Bull ignores an id that it knows.
      opts: { jobId: `${id}-${attempts}${suffix}`, ...(delayMs && { delay: delayMs }) } satisfies JobOptions,
    }));
    try {
      await queue.addBulk(jobs);
    } catch (error) {
      this.metrics.enqueueFailures.inc(runs.length);
      this.logger.warn(
        { runs: runs.length, error: loggable(error) },
        'redis did not take the runs; the sweeper will',
      );
    }
  }

  /** Jobs in Redis by state, for the metrics. */
  async depth(): Promise<{ queue: string; state: string; jobs: number }[]> {
    const depths = [this.ordinary, this.isolated, this.replayed].map(async (queue) =>
      Object.entries(await queue.getJobCounts()).map(([state, jobs]) => ({ queue: queue.name, state, jobs })),
    );
    return (await Promise.all(depths)).flat();
  }
}
