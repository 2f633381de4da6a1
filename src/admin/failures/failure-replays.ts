import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { Idempotency } from '../../admin-access/idempotency.js';
import type { ReplayAnswer } from '../../event-replay/replay-answer.js';
import { Replays } from '../../event-replay/replays.js';
import type { FailureReplay } from './failure.dto.js';
import { type FailureName, findFailure, orNotFound } from './failure-queries.js';

/** Runs everything again that failed alike. */
@Injectable()
export class FailureReplays {
  constructor(
    private readonly dataSource: DataSource,
    private readonly replays: Replays,
    private readonly audit: AuditLog,
    private readonly idempotency: Idempotency,
  ) {}

  /** @throws Problem 404 `failure_not_found` */
  async start(
    key: AdminKey,
    name: FailureName,
    request: FailureReplay,
    idempotencyKey: string | undefined,
  ): Promise<ReplayAnswer> {
    const { ratePerSecond, reason } = request;
    const filter = { handler: name.handler, fingerprint: name.fingerprint };
    const asked = { route: `POST /admin/failures/${name.handler}/${name.fingerprint}/replay`, body: request };
    const replay = await this.dataSource.transaction((tx) =>
      this.idempotency.run(tx, key, idempotencyKey, asked, async () => {
        orNotFound(name, await findFailure(tx, key, name));
        const created = await this.replays.create(tx, key, {
          filter,
          ...(ratePerSecond && { ratePerSecond }),
          reason,
        });
        const details = { failure: filter, events: created.events.matched };
        await this.audit.record(tx, key, { action: 'replay.create', target: created.id, reason, details });
        return created;
      }),
    );
    this.replays.begin(replay);
    return replay;
  }
}
