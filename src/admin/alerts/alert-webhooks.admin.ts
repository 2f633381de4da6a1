import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { Problem } from '../../http/problem.js';
import { ALERT_WEBHOOKS, FIND_WEBHOOK, LIST_WEBHOOKS } from '../../operator-alerts/webhook-statements.js';
import type { AlertReason, AlertWebhookPage, AlertWebhookQuery, AlertWebhookView } from './alert.views.js';

/** What operators see of the webhooks that tell of alerts, and may do about them. */
@Injectable()
export class AlertWebhooksAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  async list({ status, after, limit = 50 }: AlertWebhookQuery): Promise<AlertWebhookPage> {
    const values = [status ?? null, after ?? null, limit + 1];
    const rows = await this.dataSource.query<AlertWebhookView[]>(LIST_WEBHOOKS, values);
    const data = rows.slice(0, limit);
    return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  /** @throws Problem 404 `alert_webhook_not_found` or, unless it is dead, 409 `alert_webhook_not_dead` */
  retry(key: AdminKey, id: string, { reason }: AlertReason): Promise<AlertWebhookView> {
    return this.dataSource.transaction(async (tx) => {
      const { webhookId, status, lastError } = await find(tx, id);
      const retried = await tx.query<unknown[]>(ALERT_WEBHOOKS.retry, [id]);
      if (retried.length === 0) {
        throw new Problem(
          409,
          'alert_webhook_not_dead',
          `Only a dead webhook can be tried again; this is ${status}.`,
        );
      }
      const details = { webhookId, lastError };
      await this.audit.record(tx, key, { action: 'alert_webhook.retry', target: id, reason, details });
      return find(tx, id);
    });
  }
}

async function find(tx: EntityManager, id: string): Promise<AlertWebhookView> {
  const [row] = /^\d{1,18}$/.test(id) ? await tx.query<AlertWebhookView[]>(FIND_WEBHOOK, [id]) : [];
  if (row) return row;
  throw new Problem(
    404,
    'alert_webhook_not_found',
    'There is no such webhook: list them with GET /admin/alerts/webhooks.',
  );
}
