import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { DataSource } from 'typeorm';
import { REPLAY_QUEUE, type ReplayJob } from '../event-processing/queue-policy.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { CURRENT_STEP } from './replay-statements.js';

/** A step that is due, or will be. */
export interface DueStep {
  id: string;
  step: string;
  waitMs?: number;
}

/** Offers the steps of replays to the workers. It may fail: the workers find what is overdue. */
@Injectable()
export class ReplayQueue {
  constructor(
    @InjectQueue(REPLAY_QUEUE) private readonly queue: Queue<ReplayJob>,
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /**
   * Never rejects.
   *
   * @param suffix - sets the job apart from another one for the same step that may still exist
   */
  async offer({ id: replayId, step, waitMs = 0 }: DueStep, suffix = ''): Promise<void> {
    try {
      const delay = Math.max(0, Math.ceil(waitMs));
      await this.queue.add({ replayId, step }, { jobId: `${replayId}-${step}${suffix}`, delay });
    } catch (error) {
      this.logger.warn(
        { replayId, error: loggable(error) },
        'redis did not take the step; a worker will find it',
      );
    }
  }

  /** Offers the step that a replay stands at. Never rejects. */
  async offerCurrent(replayId: string): Promise<void> {
    try {
      const [due] = await this.dataSource.query<DueStep[]>(CURRENT_STEP, [replayId]);
      if (due) await this.offer(due);
    } catch (error) {
      this.logger.warn(
        { replayId, error: loggable(error) },
        'the step could not be offered; a worker will find it',
      );
    }
  }
}
