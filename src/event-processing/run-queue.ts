import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { JobBatch, type OfferedJob } from './job-batch.js';
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
  private readonly live: JobBatch;
  private readonly alone: JobBatch;
  private readonly again: JobBatch;

  constructor(
    @InjectQueue(RUN_QUEUE) private readonly ordinary: Queue<RunJob>,
    @InjectQueue(ISOLATED_RUN_QUEUE) private readonly isolated: Queue<RunJob>,
    @InjectQueue(REPLAYED_RUN_QUEUE) private readonly replayed: Queue<RunJob>,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    const batch = (queue: Queue<RunJob>) => new JobBatch(queue, (jobs, error) => this.refused(jobs, error));
    this.live = batch(ordinary);
    this.alone = batch(isolated);
    this.again = batch(replayed);
  }

  /** Never rejects, and takes no longer than the Redis command time-out. */
  async offer(
    runs: readonly DueRun[],
    { delayMs, isolated = false, suffix = '' }: EnqueueOptions = {},
  ): Promise<void> {
    const jobs = (some: readonly DueRun[]): OfferedJob[] =>
      some.map(({ id, handlerId, attempts }) => ({
        data: { runId: id, handlerId, attempts },
        // The attempt is part of the id, or an old job could mask a new one: Bull ignores an id that it knows.
        opts: { jobId: `${id}-${attempts}${suffix}`, ...(delayMs && { delay: delayMs }) },
      }));
    if (isolated) return this.alone.add(jobs(runs));
    await Promise.all([
      this.live.add(jobs(runs.filter((run) => !run.replayed))),
      this.again.add(jobs(runs.filter((run) => run.replayed))),
    ]);
  }

  private refused(runs: number, error: unknown): void {
    this.metrics.enqueueFailures.inc(runs);
    this.logger.warn({ runs, error: loggable(error) }, 'redis did not take the runs; the sweeper will');
  }

  /** Jobs in Redis by state, for the metrics. */
  async depth(): Promise<{ queue: string; state: string; jobs: number }[]> {
    const depths = [this.ordinary, this.isolated, this.replayed].map(async (queue) =>
      Object.entries(await queue.getJobCounts()).map(([state, jobs]) => ({ queue: queue.name, state, jobs })),
    );
    return (await Promise.all(depths)).flat();
  }
}
