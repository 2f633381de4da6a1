import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { countEvents, type EventRow, searchEvents } from '../event-store/event-search.js';
import { LimitedReads } from '../event-store/limited-reads.js';
import { Problem } from '../http/problem.js';
import {
  answerOf,
  type ReplayAnswer,
  type ReplayRow,
  type ReplayStatus,
  type ReplaySummary,
  summaryOf,
} from './replay-answer.js';
import { ReplayQueue } from './replay-queue.js';
import { eventsOf, type ReplayFilter, storedFilter } from './replay-filter.js';
import * as statement from './replay-statements.js';
import type { ReplayChoice } from './run-decision.js';
import { RunReplays } from './run-replays.js';

export const DEFAULT_RATE_PER_SECOND = 50;
export const MAX_RATE_PER_SECOND = 1_000;

/** What a new bulk replay asks for. */
export interface NewReplay extends ReplayChoice {
  /** With a run's status, handler or fingerprint, only the runs that match are made again. */
  filter: ReplayFilter;
  ratePerSecond?: number | undefined;
  reason?: string | undefined;
}

/** Who asks, and the accounts whose events exist for whoever that is. An admin key is one. */
export interface Requester {
  name: string;
  accounts: string[] | null;
}

/** Which replays to list. */
export interface ReplayList {
  status?: ReplayStatus | undefined;
  /** Only those created before this one. */
  after?: string | undefined;
  limit: number;
}

/** What an operator may tell a replay. */
export type ReplayOrder = 'pause' | 'resume' | 'cancel';

const ORDERS: Record<ReplayOrder, string> = {
  pause: statement.PAUSE_REPLAY,
  resume: statement.RESUME_REPLAY,
  cancel: statement.CANCEL_REPLAY,
};

/** Bulk replays: the rows in Postgres are the truth, the workers make their steps. */
@Injectable()
export class Replays {
  constructor(
    private readonly dataSource: DataSource,
    private readonly runs: RunReplays,
    private readonly queue: ReplayQueue,
    private readonly reads: LimitedReads,
  ) {}

  /**
   * How many events a replay would go through, and the first of them.
   *
   * @throws Problem 400 `unknown_handler`, `query_too_broad`
   */
  async preview(
    { accounts }: Requester,
    request: NewReplay,
    sampleSize: number,
  ): Promise<{ events: number; sample: EventRow[] }> {
    this.runs.checkHandlers(request);
    const filter = eventsOf(storedFilter(request.filter), accounts, await replayTime(this.dataSource));
    return this.reads.read(async (db) => ({
      events: await countEvents(db, filter),
      sample: await searchEvents(db, filter, { order: 'oldest', limit: sampleSize }),
    }));
  }

  /**
   * Stores a replay, in the caller's transaction. It begins with {@link begin}, after the commit.
   *
   * @throws Problem 400 `unknown_handler`, `query_too_broad`
   * @example const replay = await replays.create(tx, key, { filter: { handler: 'orders.fulfil', status: 'dead' } });
   */
  async create(
    tx: EntityManager,
    requester: Requester,
    { filter: asked, ratePerSecond = DEFAULT_RATE_PER_SECOND, reason, ...choice }: NewReplay,
  ): Promise<ReplayAnswer> {
    this.runs.checkHandlers(choice);
    const { name, accounts } = requester;
    const filter = storedFilter(asked);
    const now = await replayTime(tx);
    const matched = await this.reads.read((db) => countEvents(db, eventsOf(filter, accounts, now)));
    const { handlers = null, includeSucceeded = false, backfill = false } = choice;
    const values = [
      filter,
      handlers,
      includeSucceeded,
      backfill,
      ratePerSecond,
      reason ?? null,
      name,
      accounts,
    ];
    const [created] = await tx.query<[{ id: string }]>(statement.CREATE_REPLAY, [...values, matched, now]);
    return this.show(requester, created.id, tx);
  }

  /** Offers the next step to the workers. Never rejects: what Redis does not take, the workers find themselves. */
  begin(replay: { id: string }): void {
    void this.queue.offerCurrent(replay.id);
  }

  /** @throws Problem 404 `replay_not_found` */
  async show({ accounts }: Requester, id: string, db: Pick<EntityManager, 'query'> = this.dataSource) {
    const [row] = isId(id) ? await db.query<ReplayRow[]>(statement.FIND_REPLAY, [accounts, id]) : [];
    if (!row) throw notFound(id);
    return answerOf(row, await db.query(statement.COUNT_RUNS, [id]));
  }

  /** Newest first. */
  async list({ accounts }: Requester, { after, status, limit }: ReplayList): Promise<ReplaySummary[]> {
    const rows = await this.dataSource.query<ReplayRow[]>(statement.LIST_REPLAYS, [
      accounts,
      after ?? null,
      status ?? null,
      limit,
    ]);
    return rows.map(summaryOf);
  }

  /**
   * Pauses, resumes or cancels, in the caller's transaction; call {@link begin} after the commit of a resume. Runs that
   * were made go on.
   *
   * @throws Problem 404 `replay_not_found`, 409 `replay_ended`
   */
  async order(
    tx: EntityManager,
    requester: Requester,
    id: string,
    order: ReplayOrder,
  ): Promise<ReplayAnswer> {
    const [row] = isId(id)
      ? await tx.query<ReplayRow[]>(`${statement.FIND_REPLAY} FOR UPDATE`, [requester.accounts, id])
      : [];
    if (!row) throw notFound(id);
    if (row.status === 'completed' || row.status === 'cancelled') {
      throw new Problem(409, 'replay_ended', `Replay ${id} is ${row.status}: create another one.`);
    }
    const already = row.status === (order === 'pause' ? 'paused' : 'running');
    if (order === 'cancel' || !already) await tx.query(ORDERS[order], [id]);
    return this.show(requester, id, tx);
  }
}

const isId = (id: string): boolean => /^\d{1,18}$/.test(id);

const notFound = (id: string): Problem =>
  new Problem(404, 'replay_not_found', `There is no replay '${id}': list them with GET /admin/replays.`);

async function replayTime(db: Pick<EntityManager, 'query'>): Promise<Date> {
  const [row] = await db.query<[{ now: Date }]>(statement.REPLAY_TIME);
  return row.now;
}
