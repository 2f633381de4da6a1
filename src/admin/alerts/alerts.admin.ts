import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { Problem } from '../../http/problem.js';
import { AlertMessages } from '../../operator-alerts/alert-messages.js';
import { ACKNOWLEDGE_ALERT, FIND_ALERT, LIST_ALERTS } from '../../operator-alerts/alert-statements.js';
import { describeAlert } from '../../operator-alerts/alert-text.js';
import type { AlertPage, AlertQuery, AlertReason, AlertTest, AlertView } from './alert.views.js';

type AlertRow = Omit<AlertView, 'text'>;

/** What operators see of alerts, and say about them. */
@Injectable()
export class AlertsAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
    private readonly messages: AlertMessages,
  ) {}

  async list({ state = 'open', kind, after, limit = 50 }: AlertQuery): Promise<AlertPage> {
    const values = [state === 'all' ? null : state, kind ?? null, after ?? null, limit + 1];
    const rows = await this.dataSource.query<AlertRow[]>(LIST_ALERTS, values);
    const data = rows.slice(0, limit).map(viewOf);
    return { data, next: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
  }

  /** @throws Problem 404 `alert_not_found` */
  get(id: string): Promise<AlertView> {
    return find(this.dataSource.manager, id);
  }

  /**
   * Somebody is on it: nothing more is told of it until it gets worse or comes back.
   *
   * @throws Problem 404 `alert_not_found`, 409 `alert_resolved`
   */
  acknowledge(key: AdminKey, id: string, { reason }: AlertReason): Promise<AlertView> {
    return this.dataSource.transaction(async (tx) => {
      await find(tx, id);
      const done = await tx.query<unknown[]>(ACKNOWLEDGE_ALERT, [id, key.name, reason ?? null]);
      if (done.length === 0) {
        throw new Problem(409, 'alert_resolved', 'It is over; it opens again by itself when it comes back.');
      }
      const alert = await find(tx, id);
      const { kind, subject, occurrences } = alert;
      const details = { kind, subject, occurrences };
      await this.audit.record(tx, key, { action: 'alert.acknowledge', target: id, reason, details });
      return alert;
    });
  }

  /** @throws Problem 409 `alert_channels_missing` */
  test(key: AdminKey, { reason }: AlertReason): Promise<AlertTest> {
    const { channels } = this.messages;
    if (!this.messages.possible) {
      throw new Problem(
        409,
        'alert_channels_missing',
        'Nobody can be told: set ALERT_EMAIL or ALERT_WEBHOOK_URL, in every process.',
      );
    }
    return this.dataSource.transaction(async (tx) => {
      const messageId = await this.messages.putTest(tx);
      await this.audit.record(tx, key, {
        action: 'alert.test',
        target: messageId,
        reason,
        details: channels,
      });
      return { messageId, ...channels };
    });
  }
}

const viewOf = (row: AlertRow): AlertView => ({ ...row, text: describeAlert(row) });

async function find(db: EntityManager, id: string): Promise<AlertView> {
  const [row] = /^\d{1,18}$/.test(id) ? await db.query<AlertRow[]>(FIND_ALERT, [id]) : [];
  if (row) return viewOf(row);
  throw new Problem(404, 'alert_not_found', 'There is no such alert: list them with GET /admin/alerts.');
}
