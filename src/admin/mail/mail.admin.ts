import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { pageOf } from '../../http/page.js';
import { Problem } from '../../http/problem.js';
import { OUTGOING_MAIL } from '../../mail/mail-statements.js';
import type { MailPage, MailQuery, MailRetry, MailView } from './mail.views.js';

const COLUMNS = `
  id, key, kind, account, recipient, subject, message_id AS "messageId", status, attempts,
  CASE WHEN status = 'waiting' THEN due_at END AS "nextAttemptAt", last_error AS "lastError",
  created_at AS "createdAt", sent_at AS "sentAt"`;

/** What operators see of outgoing mail, and may do about it. */
@Injectable()
export class MailAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  async list({ accounts }: AdminKey, { status, account, after, limit = 50 }: MailQuery): Promise<MailPage> {
    const values: unknown[] = [limit + 1];
    const conditions = [
      status !== undefined && `status = $${values.push(status)}`,
      account !== undefined && `account = $${values.push(account)}`,
      accounts !== null && `account = ANY ($${values.push(accounts)})`,
      after !== undefined && `id < $${values.push(after)}`,
    ].filter(Boolean);
    const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
    const text = `SELECT ${COLUMNS} FROM outgoing_mail ${where} ORDER BY id DESC LIMIT $1`;
    const rows = await this.dataSource.query<MailView[]>(text, values);
    return pageOf(rows, limit, ({ id }) => id);
  }

  /** @throws Problem 404 or, unless the message is dead, 409 */
  async retry(key: AdminKey, id: string, { reason }: MailRetry): Promise<MailView> {
    return this.dataSource.transaction(async (tx) => {
      const mail = await find(tx, key, id);
      const retried = await tx.query<unknown[]>(OUTGOING_MAIL.retry, [mail.id]);
      if (retried.length === 0) {
        throw new Problem(
          409,
          'mail_not_dead',
          `Only a dead message can be tried again; this is ${mail.status}.`,
        );
      }
      const { kind, status, lastError } = mail;
      await this.audit.record(tx, key, {
        action: 'mail.retry',
        target: id,
        reason,
        details: { kind, was: status, lastError },
      });
      return find(tx, key, id);
    });
  }
}

async function find(tx: EntityManager, { accounts }: AdminKey, id: string): Promise<MailView> {
  const text = `SELECT ${COLUMNS} FROM outgoing_mail WHERE id = $1 AND ($2::text[] IS NULL OR account = ANY ($2))`;
  const [mail] = /^\d{1,18}$/.test(id) ? await tx.query<MailView[]>(text, [id, accounts]) : [];
  if (mail) return mail;
  throw new Problem(404, 'mail_not_found', 'There is no such message: list them with GET /admin/mail.');
}
