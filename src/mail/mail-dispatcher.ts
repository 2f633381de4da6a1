import { InjectQueue } from '@nestjs/bull';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { Queue } from 'bull';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { endsWithin } from '../timing/time-limit.js';
import { MAIL_QUEUE, type MailJob } from './mail-policy.js';
import { MailSender } from './mail-sender.js';
import { MailStore } from './mail-store.js';

const EVERY_MS = 500;
const BATCH = 100;

/** How long a stopping process waits for messages on their way, and for Bull to let go, in milliseconds. */
const STOP_TIMEOUT_MS = 5_000;

/**
 * Offers due messages to the workers. Postgres knows them, so it may offer one twice, forget one with Redis, or work
 * beside any number of others: Bull ignores a job that it has, and the claim decides.
 */
@Injectable()
export class MailDispatcher implements BeforeApplicationShutdown {
  private dispatching: Promise<void> | undefined;
  private stopping = false;

  constructor(
    @InjectQueue(MAIL_QUEUE) private readonly queue: Queue<MailJob>,
    private readonly store: MailStore,
    private readonly sender: MailSender,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    // @nestjs/bull would close it, too, and fail the shutdown while Redis is away.
    Object.assign(queue, { onApplicationShutdown: undefined });
  }

  @Interval(EVERY_MS)
  dispatch(): void {
    if (this.stopping) return;
    this.dispatching ??= this.offerDue().finally(() => {
      this.dispatching = undefined;
    });
  }

  /** Before Redis is disconnected: take no more jobs, end those in flight, close. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    const paused = this.queue.pause(true);
    if (!(await endsWithin(STOP_TIMEOUT_MS, this.sender.idle()))) this.sender.abortAll();
    await endsWithin(STOP_TIMEOUT_MS, Promise.all([this.sender.idle(), paused, this.dispatching]));
    await endsWithin(STOP_TIMEOUT_MS, this.queue.close(true));
  }

  private async offerDue(): Promise<void> {
    try {
      const due = await this.store.due(BATCH);
      if (due.length === 0) return;
      await this.queue.addBulk(
        due.map((data) => ({ data, opts: { jobId: `${data.mailId}-${data.attempts}` } })),
      );
    } catch (error) {
      this.logger.debug({ error: loggable(error) }, 'due mail could not be offered; it is tried again');
    }
  }
}
