import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { LimitedReads } from '../../event-store/limited-reads.js';
import { pageOf } from '../../http/page.js';
import type { FailureNote, FailureQuery } from './failure.dto.js';
import { type FailureName, findFailure, orNotFound, selectFailures } from './failure-queries.js';
import { ACKNOWLEDGE, RESOLVE } from './failure-statements.js';
import type { FailureGroup, FailurePage } from './failure.view.js';

/** Shows what fails, and keeps what operators say about it. */
@Injectable()
export class FailuresAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: LimitedReads,
    private readonly audit: AuditLog,
  ) {}

  async list(
    key: AdminKey,
    { handler, state = 'open', after, limit = 50 }: FailureQuery,
  ): Promise<FailurePage> {
    const selection = {
      handler,
      state: state === 'all' ? undefined : state,
      after: after === undefined ? undefined : positionOf(after),
      limit: limit + 1,
    };
    const groups = await this.reads.read((db) => selectFailures(db, key, selection));
    return pageOf(groups, limit, (last) => `${last.handler}:${last.fingerprint}`);
  }

  /** @throws Problem 404 `failure_not_found` */
  async get(key: AdminKey, name: FailureName): Promise<FailureGroup> {
    return orNotFound(name, await this.reads.read((db) => findFailure(db, key, name)));
  }

  /** Somebody is on it: it is no longer among the open ones, whatever fails again. */
  acknowledge(key: AdminKey, name: FailureName, { note }: FailureNote): Promise<FailureGroup> {
    return this.note(key, 'failure.acknowledge', ACKNOWLEDGE, name, note);
  }

  /** It is dealt with: the next such failure opens it again. */
  resolve(key: AdminKey, name: FailureName, { note }: FailureNote): Promise<FailureGroup> {
    return this.note(key, 'failure.resolve', RESOLVE, name, note);
  }

  private note(
    key: AdminKey,
    action: string,
    change: string,
    name: FailureName,
    note: string | undefined,
  ): Promise<FailureGroup> {
    return this.dataSource.transaction(async (tx) => {
      orNotFound(name, await findFailure(tx, key, name));
      await tx.query(change, [name.handler, name.fingerprint, key.name, note ?? null]);
      const group = orNotFound(name, await findFailure(tx, key, name));
      const target = `${name.handler}/${name.fingerprint}`;
      await this.audit.record(tx, key, { action, target, reason: note, details: group });
      return group;
    });
  }
}

const positionOf = (after: string): FailureName => {
  const [handler = '', fingerprint = ''] = after.split(':');
  return { handler, fingerprint };
};
