import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { OutboxSender } from '../outbox/outbox-sender.js';
import { AlertMetrics } from './alert-metrics.js';
import { type AlertJob, MAX_ATTEMPTS, webhookBackoff } from './alert-policy.js';
import { WebhookClient, WebhookRefused } from './webhook-client.js';
import { type ClaimedWebhook, WebhookStore } from './webhook-store.js';

/** Does what a job asks for: claims the webhook, posts it, records how it went. */
@Injectable()
export class WebhookSender extends OutboxSender<AlertJob> {
  constructor(
    private readonly store: WebhookStore,
    private readonly client: WebhookClient,
    private readonly metrics: AlertMetrics,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super();
  }

  protected async attempt(job: AlertJob, abort: AbortController): Promise<void> {
    const webhook = await this.store.claim(job);
    if (!webhook) return;
    if (webhook.status === 'dead') return this.died(webhook, 'lost with its worker too often');
    const { ALERT_WEBHOOK_TIMEOUT_MS: timeout } = this.config;
    const timer = setTimeout(() => abort.abort(new Error(`No answer within ${timeout} ms`)), timeout);
    try {
      await this.client.post(webhook, abort.signal);
    } catch (error) {
      await this.failed(webhook, abort.signal.aborted ? abort.signal.reason : error);
      return;
    } finally {
      clearTimeout(timer);
    }
    await this.store.sent(webhook);
    this.metrics.attempts.inc({ outcome: 'sent' });
    this.logger.info(describe(webhook), 'alert webhook sent');
  }

  private async failed(webhook: ClaimedWebhook, error: unknown): Promise<void> {
    const dead = error instanceof WebhookRefused || webhook.attempts >= MAX_ATTEMPTS;
    const delayMs = dead ? 0 : webhookBackoff(webhook.attempts);
    const reason = reasonOf(error);
    await this.store.failed(webhook, dead ? 'dead' : 'waiting', delayMs, reason);
    if (dead) return this.died(webhook, reason);
    this.metrics.attempts.inc({ outcome: 'failed' });
    this.logger.warn({ ...describe(webhook), reason, retryInMs: delayMs }, 'alert webhook was not taken');
  }

  private died(webhook: ClaimedWebhook, reason: string): void {
    this.metrics.attempts.inc({ outcome: 'dead' });
    this.logger.error(
      { ...describe(webhook), reason },
      'alert webhook is dead: see GET /admin/alerts/webhooks?status=dead',
    );
  }
}

/** `fetch` only says that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const { code, message } = loggable(cause ?? error);
  return code === undefined ? message : `${code}: ${message}`;
}

const describe = ({ id, webhookId, type, attempts: attempt }: ClaimedWebhook) => ({
  id,
  webhookId,
  type,
  attempt,
});
