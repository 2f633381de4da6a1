import type { PostgresPool } from '../database/postgres-pool.js';

/** Read-only questions to the event store. Field names are the columns' names. */

/** What the questions are put to: a {@link PostgresPool} or anything that asks the same way. */
export type EventReader = Pick<PostgresPool, 'query'>;

/** Every status a run can have. */
export const runStatuses = ['pending', 'running', 'succeeded', 'retrying', 'dead', 'skipped'] as const;

/** The status of a run. */
export type RunStatus = (typeof runStatuses)[number];

/** Whether a run with this status is done, for good or ill, until someone replays it. */
export const isFinal = (status: RunStatus): boolean =>
  status === 'succeeded' || status === 'dead' || status === 'skipped';

/** One line of a list of events. */
export interface EventSummary {
  id: string;
  type: string;
  kind: 'snapshot' | 'thin';
  source: 'direct' | 'connect' | 'issuing';
  account: string | null;
  livemode: boolean;
  created: Date;
  received_at: Date;
  /** How many handlers stand where, by the latest run of each. */
  runs: Partial<Record<RunStatus, number>>;
}

/** Which events to list; what is absent does not matter. */
export interface EventFilter {
  type?: string | undefined;
  account?: string | undefined;
  /** Events with a handler whose latest run has this status. */
  status?: RunStatus | undefined;
  limit: number;
}

/** One event with everything that is stored about it. */
export interface StoredEvent extends Omit<EventSummary, 'runs'> {
  context: string | null;
  api_version: string | null;
  object_id: string | null;
  object_type: string | null;
  signed_with: string;
  /** The body exactly as Stripe sent it. */
  payload: string;
}

/** One execution of a run. */
export interface StoredAttempt {
  run_id: string;
  attempt: number;
  outcome: 'succeeded' | 'failed' | 'timed_out' | 'lost';
  started_at: Date;
  finished_at: Date;
  error: string | null;
}

/** One run of one handler. */
export interface StoredRun {
  id: string;
  handler_id: string;
  generation: number;
  status: RunStatus;
  attempts: number;
  /** Only while the run waits. */
  next_attempt_at: Date | null;
  last_error: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  history: StoredAttempt[];
}

const latestRunHasStatus = (parameter: string) => `
  (e.id, e.created) IN (
    SELECT r.event_id, r.event_created FROM handler_run r
    WHERE r.status = ${parameter} AND NOT EXISTS (
      SELECT FROM handler_run newer
      WHERE newer.event_id = r.event_id AND newer.event_created = r.event_created
        AND newer.handler_id = r.handler_id AND newer.generation > r.generation))`;

/** The newest events that match, newest first. */
export async function listEvents(
  db: EventReader,
  { type, account, status, limit }: EventFilter,
): Promise<EventSummary[]> {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const conditions = [
    ...(type === undefined ? [] : [`e.type = ${parameter(type)}`]),
    ...(account === undefined ? [] : [`e.account = ${parameter(account)}`]),
    ...(status === undefined ? [] : [latestRunHasStatus(parameter(status))]),
  ];
  return db.query<EventSummary>(
    `SELECT e.id, e.type, e.kind, e.source, e.account, e.livemode, e.created, e.received_at,
            coalesce(runs.by_status, '{}') AS runs
     FROM stripe_event e
     LEFT JOIN LATERAL (
       SELECT json_object_agg(counted.status, counted.n) AS by_status
       FROM (
         SELECT latest.status, count(*) AS n
         FROM (
           SELECT DISTINCT ON (r.handler_id) r.status FROM handler_run r
           WHERE r.event_id = e.id AND r.event_created = e.created
           ORDER BY r.handler_id, r.generation DESC
         ) latest
         GROUP BY latest.status
       ) counted
     ) runs ON true
     ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
     ORDER BY e.created DESC, e.received_at DESC
     LIMIT ${parameter(limit)}`,
    values,
  );
}

/** The event with this id, or `undefined`. */
export async function findEvent(db: EventReader, id: string): Promise<StoredEvent | undefined> {
  const [event] = await db.query<StoredEvent>(
    `SELECT id, type, kind, source, account, livemode, created, received_at, context, api_version,
            object_id, object_type, signed_with, payload
     FROM stripe_event WHERE id = $1 ORDER BY created DESC LIMIT 1`,
    [id],
  );
  return event;
}

/** Every run of an event with its attempts, by handler, oldest generation first. */
export async function findRuns(
  db: EventReader,
  event: Pick<StoredEvent, 'id' | 'created'>,
): Promise<StoredRun[]> {
  const runs = await db.query<Omit<StoredRun, 'history'>>(
    `SELECT id, handler_id, generation, status, attempts, last_error, created_at, started_at, finished_at,
            CASE WHEN status IN ('pending', 'retrying') THEN next_attempt_at END AS next_attempt_at
     FROM handler_run WHERE event_id = $1 AND event_created = $2
     ORDER BY handler_id, generation`,
    [event.id, event.created],
  );
  const attempts = await db.query<StoredAttempt>(
    `SELECT run_id, attempt, outcome, started_at, finished_at, error
     FROM handler_attempt WHERE run_id = ANY ($1::bigint[]) ORDER BY attempt`,
    [runs.map((run) => run.id)],
  );
  return runs.map((run) => ({ ...run, history: attempts.filter((attempt) => attempt.run_id === run.id) }));
}
