import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { LOGGER, type Logger } from '../logging/logger.js';
import { OutboxDispatcher } from '../outbox/outbox-dispatcher.js';
import type { OutboxJob } from '../outbox/outbox-policy.js';
import { ALERT_QUEUE } from './alert-policy.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhookStore } from './webhook-store.js';

/** Offers due webhooks to the workers. */
@Injectable()
export class WebhookDispatcher extends OutboxDispatcher {
  constructor(
    @InjectQueue(ALERT_QUEUE) queue: Queue<OutboxJob>,
    store: WebhookStore,
    sender: WebhookSender,
    @Inject(LOGGER) logger: Logger,
  ) {
    super({ what: 'alert webhooks', queue, store, sender, logger });
  }
}
