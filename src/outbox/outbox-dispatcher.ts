import type { BeforeApplicationShutdown, OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Queue } from 'bull';
import { loggable, type Logger } from '../logging/logger.js';
import { ownQueue } from '../queues/own-queue.js';
import { lateness } from '../timing/lateness.js';
import { endsWithin } from '../timing/time-limit.js';
import type { OutboxJob } from './outbox-policy.js';
import type { OutboxSender } from './outbox-sender.js';
import type { Claimed, OutboxStore } from './outbox-store.js';

const EVERY_MS = 500;
const BATCH = 100;

/** What is later than this gets a job of its own, whatever Redis holds for it. In milliseconds. */
const PATIENCE_MS = 30_000;

/** How long a stopping process waits for what is on its way, and for Bull to let go, in milliseconds. */
const STOP_TIMEOUT_MS = 5_000;

interface OutboxOptions {
  /** In words, for the log. */
  what: string;
  queue: Queue<OutboxJob>;
  store: OutboxStore<Claimed>;
  /** Whoever works on the jobs in this process. */
  sender: OutboxSender<Claimed>;
  logger: Logger;
}

/**
 * Offers what is due in an outbox to the workers. Postgres knows it, so it may be offered twice, forgotten with Redis,
 * and offered by any number of processes: Bull ignores a job that it has, and the claim decides.
 */
export abstract class OutboxDispatcher implements OnModuleDestroy, BeforeApplicationShutdown {
  private dispatching: Promise<void> | undefined;
  private stopping = false;
  private paused: Promise<unknown> = Promise.resolve();

  protected constructor(private readonly outbox: OutboxOptions) {
    ownQueue(outbox.queue, () => this.stopping);
  }

  @Interval(EVERY_MS)
  dispatch(): void {
    if (this.stopping) return;
    this.dispatching ??= this.offerDue().finally(() => {
      this.dispatching = undefined;
    });
  }

  /** Takes no more jobs. All queues begin with it at once: Bull needs half a second to let go of its waiting. */
  onModuleDestroy(): void {
    this.stopping = true;
    this.paused = Promise.allSettled([this.outbox.queue.pause(true)]);
  }

  /** Before Redis is disconnected: end those in flight, close. */
  async beforeApplicationShutdown(): Promise<void> {
    const { queue, sender } = this.outbox;
    if (!(await endsWithin(STOP_TIMEOUT_MS, sender.idle()))) sender.abortAll();
    await endsWithin(STOP_TIMEOUT_MS, Promise.all([sender.idle(), this.paused, this.dispatching]));
    await endsWithin(STOP_TIMEOUT_MS, queue.close(true));
  }

  private async offerDue(): Promise<void> {
    const { what, queue, store, logger } = this.outbox;
    try {
      const rows = await store.due(BATCH);
      if (rows.length > 0) await queue.addBulk(rows.map(jobOf));
    } catch (error) {
      logger.debug({ what, error: loggable(error) }, 'what is due could not be offered; it is tried again');
    }
  }
}

/** Named by what and which attempt, so that Bull takes it once. */
function jobOf({ id, attempts, lateMs }: { id: string; attempts: number; lateMs: number }) {
  const step = lateness(lateMs, PATIENCE_MS);
  const jobId = `${id}-${attempts}${step > 0 ? `-late-${step}` : ''}`;
  return { data: { id, attempts }, opts: { jobId } };
}
