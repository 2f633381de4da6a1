import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { type Claimed, OutboxStore } from '../outbox/outbox-store.js';
import { MAX_ATTEMPTS } from './alert-policy.js';
import { ALERT_WEBHOOKS } from './webhook-statements.js';

/** A webhook that this worker may deliver until its lease ends. */
export interface ClaimedWebhook extends Claimed {
  webhookId: string;
  type: string;
  body: string;
}

@Injectable()
export class WebhookStore extends OutboxStore<ClaimedWebhook> {
  constructor(dataSource: DataSource, @Inject(CONFIG) config: Config) {
    const { ALERT_WEBHOOK_TIMEOUT_MS: timeoutMs } = config;
    super(dataSource, ALERT_WEBHOOKS, { timeoutMs, maxAttempts: MAX_ATTEMPTS });
  }
}
