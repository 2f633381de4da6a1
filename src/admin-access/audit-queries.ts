import type { EntityManager } from 'typeorm';

export interface AuditFilter {
  /** Id of the admin key. */
  key?: string | undefined;
  action?: string | undefined;
  target?: string | undefined;
  /** Inclusive. */
  from?: string | undefined;
  /** Exclusive. */
  before?: string | undefined;
  /** Id of the entry to start behind. */
  after?: string | undefined;
  limit: number;
}

/** What somebody changed. */
export interface AuditRow {
  id: string;
  at: Date;
  keyId: string;
  keyName: string;
  action: string;
  target: string;
  reason: string | null;
  details: object;
}

/** The entries that fit a filter, newest first. */
export function listAudit(db: EntityManager, filter: AuditFilter): Promise<AuditRow[]> {
  const values: unknown[] = [];
  const conditions = [
    filter.key && `key_id = $${values.push(filter.key)}`,
    filter.action && `action = $${values.push(filter.action)}`,
    filter.target && `target = $${values.push(filter.target)}`,
    filter.from && `at >= $${values.push(filter.from)}`,
    filter.before && `at < $${values.push(filter.before)}`,
    filter.after && `(at, id) < (SELECT at, id FROM audit_log WHERE id = $${values.push(filter.after)})`,
  ].filter(Boolean);
  return db.query<AuditRow[]>(
    `SELECT id, at, key_id AS "keyId", key_name AS "keyName", action, target, reason, details
     FROM audit_log ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY at DESC, id DESC LIMIT $${values.push(filter.limit)}`,
    values,
  );
}
