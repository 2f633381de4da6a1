import { Inject, Injectable } from '@nestjs/common';
import { Webhook } from 'standardwebhooks';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import type { ClaimedWebhook } from './webhook-store.js';

/** Thrown for a webhook that its receiver will never take. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused';
}

/** Posts webhooks as https://www.standardwebhooks.com has it. */
@Injectable()
export class WebhookClient {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /**
   * Resolves once the receiver has answered 2xx. What else it says is not read.
   *
   * @throws WebhookRefused when it wants no more of them (410); anything else is tried again
   */
  async post({ webhookId, body }: ClaimedWebhook, signal: AbortSignal): Promise<void> {
    const { ALERT_WEBHOOK_URL: url, ALERT_WEBHOOK_SECRET: secret } = this.config;
    if (url === undefined || secret === undefined) throw new Error('ALERT_WEBHOOK_URL is not set');
    const now = new Date();
    const headers = {
      'Content-Type': 'application/json',
      'User-Agent': 'Turnpike',
      'webhook-id': webhookId,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(secret).sign(webhookId, now, body),
    };
    // A redirect would take the message to where nobody has configured it.
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal });
    await response.body?.cancel();
    if (response.ok) return;
    if (response.status === 410) throw new WebhookRefused('The receiver answered 410: it wants no more');
    const redirected = response.status >= 300 && response.status < 400;
    throw new Error(
      `The receiver answered ${response.status}${redirected ? ': redirects are not followed' : ''}`,
    );
  }
}
