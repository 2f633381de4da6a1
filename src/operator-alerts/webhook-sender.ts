import { Inject, Injectable } from '@nestjs/common';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { type AttemptEnd, OutboxSender } from '../outbox/outbox-sender.js';
import { AlertMetrics } from './alert-metrics.js';
import { WebhookClient, WebhookRefused } from './webhook-client.js';
import { type ClaimedWebhook, WebhookStore } from './webhook-store.js';

/** Posts webhooks to their receiver. */
@Injectable()
export class WebhookSender extends OutboxSender<ClaimedWebhook> {
  constructor(
    store: WebhookStore,
    private readonly client: WebhookClient,
    private readonly metrics: AlertMetrics,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    super(store);
  }

  protected deliver(webhook: ClaimedWebhook, signal: AbortSignal): Promise<void> {
    return this.client.post(webhook, signal);
  }

  protected judge(error: unknown) {
    const reason = reasonOf(error);
    return { refused: error instanceof WebhookRefused, stored: reason, logged: reason };
  }

  protected report(webhook: ClaimedWebhook, { outcome, ...why }: AttemptEnd): void {
    const { id, webhookId, type, attempts: attempt } = webhook;
    const facts = { id, webhookId, type, attempt, ...why };
    this.metrics.attempts.inc({ outcome });
    if (outcome === 'sent') this.logger.info(facts, 'alert webhook sent');
    else if (outcome === 'failed') this.logger.warn(facts, 'alert webhook was not taken');
    else this.logger.error(facts, 'alert webhook is dead: see GET /admin/alerts/webhooks?status=dead');
  }
}

/** `fetch` only says that it failed; its cause says why. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  const { code, message } = loggable(cause ?? error);
  return code === undefined ? message : `${code}: ${message}`;
}
