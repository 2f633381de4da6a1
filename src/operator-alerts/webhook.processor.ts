import { OnQueueError, OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Inject } from '@nestjs/common';
import type { Job } from 'bull';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import type { OutboxJob } from '../outbox/outbox-policy.js';
import { ALERT_CONCURRENCY, ALERT_QUEUE } from './alert-policy.js';
import { WebhookSender } from './webhook-sender.js';

@Processor(ALERT_QUEUE)
export class WebhookProcessor {
  constructor(
    private readonly sender: WebhookSender,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Process({ concurrency: ALERT_CONCURRENCY })
  async process({ data }: Job<OutboxJob>): Promise<void> {
    await this.sender.send(data);
  }

  @OnQueueFailed()
  onFailed({ data }: Job<OutboxJob>, error: Error): void {
    this.logger.warn({ ...data, error: loggable(error) }, 'alert job failed; the webhook is offered again');
  }

  @OnQueueError()
  onError(error: Error): void {
    this.logger.debug({ error: loggable(error) }, 'alert queue error');
  }
}
