import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AdminKey } from './admin-key.entity.js';

export interface AuditEntry {
  /** `spending_rule.create` */
  action: string;
  /** What was changed, e.g. its id. */
  target: string;
  reason?: string | undefined;
  /** What it is like now. */
  details: object;
}

/** Who changed what, and why. */
@Injectable()
export class AuditLog {
  /** @param tx - the transaction of the change: there is no change without its entry */
  async record(
    tx: EntityManager,
    key: Pick<AdminKey, 'id' | 'name'>,
    { action, target, reason, details }: AuditEntry,
  ): Promise<void> {
    await tx.query(
      `INSERT INTO audit_log (key_id, key_name, action, target, reason, details) VALUES ($1, $2, $3, $4, $5, $6)`,
      [key.id, key.name, action, target, reason ?? null, JSON.stringify(details)],
    );
  }
}
