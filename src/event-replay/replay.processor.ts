import { OnQueueError, OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Inject, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Job } from 'bull';
import { DataSource } from 'typeorm';
import { REPLAY_QUEUE, type ReplayJob } from '../event-processing/queue-policy.js';
import { RedisConnections } from '../event-processing/redis-connections.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { type DueStep, ReplayQueue } from './replay-queue.js';
import { TAKE_OVERDUE_STEPS } from './replay-statements.js';
import { ReplayStep } from './replay-step.js';
import { RunReplays } from './run-replays.js';

/** Replays that one worker makes steps of at once. */
const CONCURRENCY = 2;

/** How often each worker looks for steps that nobody makes, and how long they may be late. In milliseconds. */
const LOOK_EVERY_MS = 1_000;
const GRACE_MS = 2_000;
const BATCH = 100;

/** Makes the steps of replays, and offers those again that Redis or a dead worker lost. */
@Processor(REPLAY_QUEUE)
export class ReplayProcessor implements OnApplicationBootstrap {
  private started: () => void;
  /** Bull delivers jobs before the other modules are ready. */
  private readonly ready = new Promise<void>((resolve) => {
    this.started = resolve;
  });

  constructor(
    private readonly steps: ReplayStep,
    private readonly runs: RunReplays,
    private readonly queue: ReplayQueue,
    private readonly dataSource: DataSource,
    private readonly redis: RedisConnections,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.started();
  }

  @Process({ concurrency: CONCURRENCY })
  async process({ data: { replayId, step } }: Job<ReplayJob>): Promise<void> {
    await this.ready;
    const made = await this.steps.make(replayId, step);
    if (!made) return;
    await this.runs.offer(made.runs);
    if (made.next) await this.queue.offer(made.next);
  }

  @Interval(LOOK_EVERY_MS)
  async offerOverdue(): Promise<void> {
    try {
      if (!(await this.redis.isUp())) return;
      const overdue = await this.dataSource.query<DueStep[]>(TAKE_OVERDUE_STEPS, [GRACE_MS, BATCH]);
      for (const step of overdue) await this.queue.offer(step, `-again-${Date.now()}`);
    } catch (error) {
      this.logger.warn({ error: loggable(error) }, 'overdue steps of replays could not be looked for');
    }
  }

  @OnQueueFailed()
  onFailed({ data }: Job<ReplayJob>, error: Error): void {
    this.logger.warn({ ...data, error: loggable(error) }, 'a step of a replay failed; it is made again');
  }

  @OnQueueError()
  onError(error: Error): void {
    this.logger.debug({ error: loggable(error) }, 'queue error');
  }
}
