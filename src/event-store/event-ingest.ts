import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { GroupCommit } from '../database/group-commit.js';
import { isRefusal, PostgresPool } from '../database/postgres-pool.js';
import { Problem } from '../http/problem.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { type IngestResult, type IngestRow, ingestStatement } from './ingest-statement.js';
import type { CreatedRun, NewEvent, PlannedRun, Stored } from './new-event.js';

/** Two statements at a time keep the disk busy; more would only make the groups smaller. */
const CONCURRENT_COMMITS = 2;
const MAX_GROUP_EVENTS = 250;
/** More would leave Postgres idle while this process reads, fewer would make groups that cost more. */
const ENOUGH_EVENTS = 12;
/** Events and their runs. */
const MAX_GROUP_ROWS = 10_000;
const MAX_GROUP_BYTES = 4 * 1024 * 1024;
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** The outcome for one row of a group: stored, or refused on its own account. */
type RowOutcome = Stored | Problem;

/** The only writer of events. */
@Injectable()
export class EventIngest implements OnApplicationShutdown {
  private readonly pool: PostgresPool;
  private readonly groups: GroupCommit<IngestRow, RowOutcome>;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly metrics: Metrics,
  ) {
    const timeoutMs = config.INGEST_TIMEOUT_MS;
    this.pool = new PostgresPool({
      url: config.DATABASE_URL,
      name: 'turnpike ingest',
      size: CONCURRENT_COMMITS,
      timeoutMs,
    });
    this.groups = new GroupCommit({
      commit: (rows) => this.commit(rows),
      concurrency: CONCURRENT_COMMITS,
      maxItems: MAX_GROUP_EVENTS,
      enoughItems: ENOUGH_EVENTS,
      maxRows: MAX_GROUP_ROWS,
      rowsOf: ({ runs }) => 1 + runs.length,
      maxBytes: MAX_GROUP_BYTES,
      maxWaitingBytes: MAX_WAITING_BYTES,
      timeoutMs,
    });
  }

  /**
   * Stores an event and creates its runs, in one transaction. Returns after the commit.
   *
   * @throws Problem 503 `store_unavailable` when that was not possible in time; nothing is acknowledged then
   */
  async store(event: NewEvent, runs: PlannedRun[]): Promise<Stored> {
    const stopTimer = this.metrics.ingestSeconds.startTimer();
    const outcome = await this.groups.add({ event, runs }, event.payload.length).catch((cause: unknown) => {
      this.logger.warn({ eventId: event.id, error: loggable(cause) }, 'event could not be stored');
      throw new Problem(503, 'store_unavailable', 'The event could not be stored in time: send it again.', {
        cause,
        headers: { 'Retry-After': '5' },
      });
    });
    if (outcome instanceof Problem) throw outcome;
    stopTimer();
    this.metrics.events.inc({ source: event.source, outcome: outcome.outcome });
    return outcome;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }

  private async commit(rows: IngestRow[]): Promise<RowOutcome[]> {
    try {
      return await this.insert(rows);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      if (rows.length === 1) return [unstorable(error)];
      // One bad row must not fail its neighbours: each goes alone.
      const outcomes: RowOutcome[] = [];
      for (const row of rows) outcomes.push(...(await this.commit([row])));
      return outcomes;
    }
  }

  private async insert(rows: IngestRow[]): Promise<Stored[]> {
    // Deliveries of the same event in one group: the first stores it.
    const first = new Map<string, IngestRow>();
    for (const row of rows) if (!first.has(keyOf(row))) first.set(keyOf(row), row);
    const statement = ingestStatement([...first.values()], this.config.SWEEP_GRACE_MS);
    const created = new Map<string, CreatedRun[]>();
    for (const result of await this.pool.queryPrepared<IngestResult>(statement)) {
      created.set(result.event_id, [...(created.get(result.event_id) ?? []), ...openRun(result)]);
    }
    this.metrics.ingestBatchSize.observe(first.size);
    return rows.map((row): Stored => {
      const runs = created.get(row.event.id);
      if (!runs || first.get(keyOf(row)) !== row) return { outcome: 'duplicate', runs: [] };
      return { outcome: 'stored', runs };
    });
  }
}

const keyOf = ({ event }: IngestRow): string => `${event.id} ${event.created.getTime()}`;

const openRun = ({ run_id: id, handler_id: handlerId, status }: IngestResult): CreatedRun[] =>
  id !== null && handlerId !== null && status === 'pending' ? [{ id, handlerId, attempts: 0 }] : [];

const unstorable = (cause: unknown): Problem =>
  new Problem(400, 'event_not_storable', 'The database refuses a value of this event.', { cause });
