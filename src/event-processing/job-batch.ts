import { setImmediate } from 'node:timers/promises';
import type { JobOptions, Queue } from 'bull';
import type { RunJob } from './queue-policy.js';

/** A job on its way to Redis. */
export interface OfferedJob {
  data: RunJob;
  opts: JobOptions;
}

/** A transaction in Redis lets nobody else in: it adds this many jobs at most. */
const MOST_JOBS = 500;

/** Adds to a queue what is offered in one turn of the event loop, such as the runs of a commit, with one write. */
export class JobBatch {
  private waiting: OfferedJob[] = [];
  private sending: Promise<void> | undefined;

  /**
   * @param queue - takes the jobs
   * @param refused - called with the number of jobs that Redis did not take, and why
   */
  constructor(
    private readonly queue: Pick<Queue<RunJob>, 'addBulk'>,
    private readonly refused: (jobs: number, error: unknown) => void,
  ) {}

  /** Resolves when Redis has taken the jobs, or has not. Never rejects. */
  add(jobs: readonly OfferedJob[]): Promise<void> {
    if (jobs.length === 0) return Promise.resolve();
    this.waiting.push(...jobs);
    this.sending ??= setImmediate().then(() => this.send());
    return this.sending;
  }

  private async send(): Promise<void> {
    const jobs = this.waiting;
    this.waiting = [];
    this.sending = undefined;
    const writes: Promise<void>[] = [];
    for (let i = 0; i < jobs.length; i += MOST_JOBS) writes.push(this.write(jobs.slice(i, i + MOST_JOBS)));
    await Promise.all(writes);
  }

  private async write(jobs: OfferedJob[]): Promise<void> {
    try {
      await this.queue.addBulk(jobs);
    } catch (error) {
      this.refused(jobs.length, error);
    }
  }
}
