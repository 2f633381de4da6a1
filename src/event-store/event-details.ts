import type { QueryResultRow } from 'pg';
import type { EventReader } from './event-reader.js';
import type { RunStatus } from './run-status.js';
import type { EventRow } from './event-filter.js';

/** One execution of a run. */
export interface AttemptRow {
  attempt: number;
  outcome: 'succeeded' | 'failed' | 'timed_out' | 'lost';
  startedAt: Date;
  finishedAt: Date;
  error: string | null;
}

/** One run of a handler, with what explains why it is where it is. */
export interface RunRow {
  id: string;
  handler: string;
  generation: number;
  status: RunStatus;
  attempts: number;
  /** Only while it waits. */
  nextAttemptAt: Date | null;
  /** Only while it runs. */
  leaseUntil: Date | null;
  lastError: string | null;
  createdAt: Date;
  startedAt: Date | null;
  finishedAt: Date | null;
  replayId: string | null;
  /** Whether the handler has a later run for the event. */
  superseded: boolean;
  pausedAt: Date | null;
  pausedBy: string | null;
  pauseReason: string | null;
  /** The event whose run goes before it, because they go in order. */
  behindEvent: string | null;
  history: AttemptRow[];
}

/** An event without its runs and its payload. */
export interface EventDetailsRow extends Omit<EventRow, 'runs' | 'position'> {
  signedWith: string;
  relatedIds: string[];
}

/** Names an event in the store: the id alone looks into every month. */
export interface EventKey {
  id: string;
  created: Date;
}

/** `null` for all accounts and the platform. */
export type Accounts = readonly string[] | null;

const COLUMNS = `id, type, kind, source, account, context, livemode, api_version AS "apiVersion",
  object_id AS "objectId", object_type AS "objectType", created, received_at AS "receivedAt",
  erased_at AS "erasedAt"`;

const BY_ID = `
  FROM stripe_event
  WHERE id = $1 AND ($2::text[] IS NULL OR account = ANY ($2::text[]))
  ORDER BY created DESC LIMIT 1`;

/** The event with this id, or `undefined`; the events of other accounts than these do not exist. */
export async function eventDetails(
  db: EventReader,
  id: string,
  accounts: Accounts,
): Promise<EventDetailsRow | undefined> {
  const [event] = await db.query<EventDetailsRow & QueryResultRow>(
    `SELECT ${COLUMNS}, signed_with AS "signedWith", related_ids AS "relatedIds" ${BY_ID}`,
    [id, accounts],
  );
  return event;
}

/** The body of an event exactly as Stripe sent it. */
export async function eventPayload(
  db: EventReader,
  id: string,
  accounts: Accounts,
): Promise<string | undefined> {
  const [event] = await db.query<{ payload: string }>(`SELECT payload ${BY_ID}`, [id, accounts]);
  return event?.payload;
}

const RUNS = `
  SELECT r.event_id AS "eventId", r.id, r.handler_id AS handler, r.generation, r.status, r.attempts,
         CASE WHEN r.status IN ('pending', 'retrying') THEN r.next_attempt_at END AS "nextAttemptAt",
         CASE WHEN r.status = 'running' THEN r.lease_until END AS "leaseUntil",
         r.last_error AS "lastError", r.created_at AS "createdAt", r.started_at AS "startedAt",
         r.finished_at AS "finishedAt", r.replay_id AS "replayId", r.superseded,
         paused.paused_at AS "pausedAt", paused.paused_by AS "pausedBy", paused.reason AS "pauseReason",
         CASE WHEN r.status IN ('pending', 'retrying') AND r.ordering_key IS NOT NULL THEN (
           SELECT earlier.event_id FROM handler_run earlier
           WHERE earlier.handler_id = r.handler_id AND earlier.ordering_key = r.ordering_key
             AND earlier.status IN ('pending', 'retrying', 'running')
             AND (earlier.event_created, earlier.id) < (r.event_created, r.id)
           ORDER BY earlier.event_created, earlier.id LIMIT 1
         ) END AS "behindEvent"
  FROM unnest($1::text[], $2::timestamptz[]) AS wanted (id, created)
  JOIN handler_run r ON r.event_id = wanted.id AND r.event_created = wanted.created
  LEFT JOIN paused_handler paused ON paused.handler_id = r.handler_id
  ORDER BY r.handler_id, r.generation`;

const ATTEMPTS = `
  SELECT run_id AS "runId", attempt, outcome, started_at AS "startedAt", finished_at AS "finishedAt", error
  FROM handler_attempt WHERE run_id = ANY ($1::bigint[]) ORDER BY attempt`;

/** Every run of these events with its attempts, by id of the event; by handler, oldest generation first. */
export async function runsOf(db: EventReader, events: readonly EventKey[]): Promise<Map<string, RunRow[]>> {
  const rows = await db.query<Omit<RunRow, 'history'> & { eventId: string } & QueryResultRow>(RUNS, [
    events.map(({ id }) => id),
    events.map(({ created }) => created),
  ]);
  const attempts = await db.query<AttemptRow & { runId: string } & QueryResultRow>(ATTEMPTS, [
    rows.map(({ id }) => id),
  ]);
  const history = new Map(rows.map(({ id }) => [id, [] as AttemptRow[]]));
  for (const { runId, ...attempt } of attempts) history.get(runId)?.push(attempt);
  const byEvent = new Map(events.map(({ id }) => [id, [] as RunRow[]]));
  for (const { eventId, ...run } of rows) {
    byEvent.get(eventId)?.push({ ...run, history: history.get(run.id) ?? [] });
  }
  return byEvent;
}
