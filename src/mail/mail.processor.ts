import { OnQueueError, OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Inject } from '@nestjs/common';
import type { Job } from 'bull';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import type { OutboxJob } from '../outbox/outbox-policy.js';
import { MAIL_CONCURRENCY, MAIL_QUEUE } from './mail-policy.js';
import { MailSender } from './mail-sender.js';

@Processor(MAIL_QUEUE)
export class MailProcessor {
  constructor(
    private readonly sender: MailSender,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Process({ concurrency: MAIL_CONCURRENCY })
  async process({ data }: Job<OutboxJob>): Promise<void> {
    await this.sender.send(data);
  }

  @OnQueueFailed()
  onFailed({ data }: Job<OutboxJob>, error: Error): void {
    this.logger.warn({ ...data, error: loggable(error) }, 'mail job failed; the message is offered again');
  }

  @OnQueueError()
  onError(error: Error): void {
    this.logger.debug({ error: loggable(error) }, 'mail queue error');
  }
}
