import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { Idempotency } from '../../admin-access/idempotency.js';
import type { ErasureAnswer } from '../../event-erasure/erasure-answer.js';
import { Erasures } from '../../event-erasure/erasures.js';
import { type ErasureDryRun, type NewErasureBody, subjectOf } from './erasure.dto.js';

/** Erasures as operators ask for them: with an entry in the audit log, and once for each Idempotency-Key. */
@Injectable()
export class ErasuresAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly erasures: Erasures,
    private readonly audit: AuditLog,
    private readonly idempotency: Idempotency,
  ) {}

  async dryRun(body: NewErasureBody): Promise<ErasureDryRun> {
    return { dryRun: true, events: await this.erasures.count(subjectOf(body)) };
  }

  async create(key: AdminKey, header: string | undefined, body: NewErasureBody): Promise<ErasureAnswer> {
    const subject = subjectOf(body);
    return this.dataSource.transaction((tx) =>
      this.idempotency.run(tx, key, header, { route: 'POST /admin/erasures', body }, async () => {
        const erasure = await this.erasures.create(tx, key, subject, body.reason);
        const { id, events } = erasure;
        await this.audit.record(tx, key, {
          action: 'erasure.create',
          target: subject.customer ?? subject.event ?? subject.account ?? '',
          reason: body.reason,
          details: { erasure: id, ...subject, events: events.matched },
        });
        return erasure;
      }),
    );
  }
}
