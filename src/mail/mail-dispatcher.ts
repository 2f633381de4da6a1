import { InjectQueue } from '@nestjs/bull';
import { Inject, Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { LOGGER, type Logger } from '../logging/logger.js';
import { OutboxDispatcher } from '../outbox/outbox-dispatcher.js';
import type { OutboxJob } from '../outbox/outbox-policy.js';
import { MAIL_QUEUE } from './mail-policy.js';
import { MailSender } from './mail-sender.js';
import { MailStore } from './mail-store.js';

/** Offers due messages to the workers. */
@Injectable()
export class MailDispatcher extends OutboxDispatcher {
  constructor(
    @InjectQueue(MAIL_QUEUE) queue: Queue<OutboxJob>,
    store: MailStore,
    sender: MailSender,
    @Inject(LOGGER) logger: Logger,
  ) {
    super({ what: 'mail', queue, store, sender, logger });
  }
}
