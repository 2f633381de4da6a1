import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { Idempotency } from '../../admin-access/idempotency.js';
import { EventReplay } from '../../event-replay/event-replay.js';
import type { ReplayAnswer } from '../../event-replay/replay-answer.js';
import { type ReplayOrder, Replays } from '../../event-replay/replays.js';
import type { ReplayedRun } from '../../event-replay/run-replays.js';
import { Problem } from '../../http/problem.js';
import { eventFilter } from '../event-filter/event-filter.fields.js';
import { type EventReplayBody, given, type NewReplayBody } from './replay.dto.js';
import { type EventReplayAnswer, type ReplayDryRun, sampleOf } from './replay-views.js';

const SAMPLE = 10;

/** Replays as operators ask for them: with an entry in the audit log, and once for each Idempotency-Key. */
@Injectable()
export class ReplaysAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly replays: Replays,
    private readonly eventReplay: EventReplay,
    private readonly audit: AuditLog,
    private readonly idempotency: Idempotency,
  ) {}

  /** @param ageMs - time since the request came in, in milliseconds */
  async replayEvent(
    key: AdminKey,
    header: string | undefined,
    eventId: string,
    body: EventReplayBody,
    ageMs: () => number,
  ): Promise<EventReplayAnswer> {
    let due: ReplayedRun[] = [];
    const request = { route: 'POST /admin/events/:id/replay', eventId, body };
    const answer = await this.transaction(ageMs, (tx, age) => {
      const asked = { eventId, accounts: key.accounts, ageMs: age };
      return this.idempotency.run(tx, key, header, request, async () => {
        const { reason, ...choice } = given(body);
        const replayed = await this.eventReplay.replay(tx, { ...choice, ...asked });
        due = replayed.due;
        const details = { ...choice, runs: replayed.handlers };
        await this.audit.record(tx, key, { action: 'event.replay', target: eventId, reason, details });
        return { eventId, runs: replayed.handlers };
      });
    });
    // The answer is on its way before the runs are: whoever asks after it finds them open or done.
    void this.eventReplay.offer(due);
    return answer;
  }

  /** Tells the work how old the request was when its transaction began; the wait for a connection counts. */
  private async transaction<T>(
    ageMs: () => number,
    work: (tx: EntityManager, age: number) => Promise<T>,
  ): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await runner.connect();
      // Taken before the transaction begins: a run that had ended before the request came must not seem to be open.
      const age = ageMs();
      return await runner.manager.transaction((tx) => work(tx, age));
    } finally {
      await runner.release();
    }
  }

  async dryRun(key: AdminKey, body: NewReplayBody): Promise<ReplayDryRun> {
    const { filter, ...choice } = chosen(body);
    const { events, sample } = await this.replays.preview(key, { filter, ...choice }, SAMPLE);
    return { dryRun: true, events, sample: sample.map(sampleOf) };
  }

  async create(key: AdminKey, header: string | undefined, body: NewReplayBody): Promise<ReplayAnswer> {
    const request = chosen(body);
    const replay = await this.dataSource.transaction((tx) =>
      this.idempotency.run(tx, key, header, { route: 'POST /admin/replays', body }, async () => {
        const created = await this.replays.create(tx, key, request);
        const { reason } = request;
        await this.audit.record(tx, key, {
          action: 'replay.create',
          target: created.id,
          reason,
          details: created,
        });
        return created;
      }),
    );
    this.replays.begin(replay);
    return replay;
  }

  async order(key: AdminKey, id: string, order: ReplayOrder, reason?: string): Promise<ReplayAnswer> {
    const replay = await this.dataSource.transaction(async (tx) => {
      const changed = await this.replays.order(tx, key, id, order);
      const { status, events, runs } = changed;
      const details = { status, events, runs };
      await this.audit.record(tx, key, { action: `replay.${order}`, target: changed.id, reason, details });
      return changed;
    });
    if (order === 'resume') this.replays.begin(replay);
    return replay;
  }
}

/** @throws Problem 400 `body_invalid` for what could only do nothing */
function chosen(body: NewReplayBody) {
  const { dryRun: _, filter: asked, ...choice } = given(body);
  const filter = eventFilter(asked);
  const { status, handler, fingerprint } = filter;
  if (choice.backfill && (status ?? handler ?? fingerprint) !== undefined) {
    throw contradiction(
      'backfill',
      'backfill makes runs where there is none, and this filter is about runs: name `handlers` instead',
    );
  }
  if (status === 'succeeded' && !choice.includeSucceeded) {
    throw contradiction('includeSucceeded', 'includeSucceeded must be true for runs that succeeded');
  }
  return { filter, ...choice };
}

const contradiction = (field: string, problem: string): Problem =>
  new Problem(400, 'body_invalid', 'The body has wrong fields: see `errors`.', {
    extra: { errors: [{ field, problems: [problem] }] },
  });
