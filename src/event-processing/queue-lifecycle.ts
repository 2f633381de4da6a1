import { InjectQueue } from '@nestjs/bull';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  Optional,
} from '@nestjs/common';
import type { Queue } from 'bull';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { ownQueue } from '../queues/own-queue.js';
import { endsWithin } from '../timing/time-limit.js';
import { AttemptRunner } from './attempt-runner.js';
import { EventReceiver } from './event-receiver.js';
import { ISOLATED_RUN_QUEUE, REPLAY_QUEUE, REPLAYED_RUN_QUEUE, RUN_QUEUE } from './queue-policy.js';
import { RedisConnections } from './redis-connections.js';
import { RunExecutor } from './run-executor.js';

/** How long Bull may take to let go of Redis, in milliseconds. */
const CLOSE_TIMEOUT_MS = 3_000;

/** Stops the queues in an order that loses nothing: take no more jobs, finish what is in flight, disconnect. */
@Injectable()
export class QueueLifecycle implements OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly queues: Queue[];
  private stopping = false;
  private paused: Promise<unknown> = Promise.resolve();

  constructor(
    @InjectQueue(RUN_QUEUE) ordinary: Queue,
    @InjectQueue(ISOLATED_RUN_QUEUE) isolated: Queue,
    @InjectQueue(REPLAYED_RUN_QUEUE) replayed: Queue,
    @InjectQueue(REPLAY_QUEUE) replays: Queue,
    private readonly receiver: EventReceiver,
    private readonly redis: RedisConnections,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    @Optional() private readonly executor?: RunExecutor,
    @Optional() private readonly attempts?: AttemptRunner,
  ) {
    this.queues = [ordinary, isolated, replayed, replays];
    for (const queue of this.queues) ownQueue(queue, () => this.stopping);
  }

  /** First of all: whatever else the stop waits for, no run is started any more, while Bull lets go of its waiting. */
  onModuleDestroy(): void {
    this.stopping = true;
    this.executor?.stop();
    if (this.executor) this.paused = Promise.allSettled(this.queues.map((queue) => queue.pause(true)));
  }

  /** HTTP is still served here. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!this.executor) return;
    if (!(await endsWithin(this.config.SHUTDOWN_TIMEOUT_MS, this.executor.idle()))) {
      this.logger.warn('handlers did not finish within SHUTDOWN_TIMEOUT_MS; their attempts are aborted');
      this.attempts?.abortAll();
      await endsWithin(CLOSE_TIMEOUT_MS, this.executor.idle());
    }
    // Bull still has to tell Redis which jobs are done. Where Redis has just come back, that may never end.
    await endsWithin(CLOSE_TIMEOUT_MS, this.paused);
  }

  async onApplicationShutdown(): Promise<void> {
    // Senders that went away do not keep HTTP open; what they sent may still be on its way to Postgres and Redis.
    await endsWithin(this.config.SHUTDOWN_TIMEOUT_MS, this.receiver.idle());
    await endsWithin(CLOSE_TIMEOUT_MS, Promise.all(this.queues.map((queue) => queue.close(true))));
    this.redis.disconnect();
  }
}
