import type { QueryResultRow } from 'pg';
import type { NewEvent, PlannedRun } from './new-event.js';

/** An event and its runs on their way into one statement. */
export interface IngestRow {
  event: NewEvent;
  runs: PlannedRun[];
}

export interface IngestResult extends QueryResultRow {
  event_id: string;
  run_id: string | null;
  handler_id: string | null;
  status: string | null;
}

const eventColumns = (event: NewEvent): unknown[] => [
  event.id,
  event.created,
  event.kind,
  event.source,
  event.account,
  event.context,
  event.livemode,
  event.type,
  event.apiVersion,
  event.objectId,
  event.objectType,
  event.relatedIds,
  event.signedWith,
  event.payload,
];

/** Postgres counts the parameters of a statement in 16 bits; one is the grace. */
export const MAX_PARAMETERS = 65_534;

const PARAMETERS_OF_EVENT = 14;
const PARAMETERS_OF_RUN = 5;

export const parametersOf = ({ runs }: IngestRow): number =>
  PARAMETERS_OF_EVENT + PARAMETERS_OF_RUN * runs.length;

/**
 * One statement, and so one transaction, that stores events and creates the runs of those that are new.
 *
 * It returns a row for each new event and one for each of its runs; an event without a row was there already.
 * A multi-row VALUES list costs Node less than `unnest` of arrays, whose literals are escaped in JavaScript.
 */
export function ingestStatement(
  group: readonly IngestRow[],
  graceMs: number,
): { text: string; values: unknown[] } {
  const values: unknown[] = [];
  // Always in the same order: two instances that get the same events must not wait for each other.
  const rows = group.toSorted((a, b) => (a.event.id < b.event.id ? -1 : 1));
  const row = (columns: unknown[], types?: readonly string[]) =>
    `(${columns.map((value, i) => `$${values.push(value)}${types ? `::${types[i]}` : ''}`).join(', ')})`;

  const events = rows.map(({ event }) => row(eventColumns(event))).join(', ');
  const runs = rows
    .flatMap(({ event, runs: planned }) =>
      planned.map((run) =>
        row(
          [event.id, event.created, run.handlerId, run.orderingKey, run.skipReason],
          ['text', 'timestamptz', 'text', 'text', 'text'],
        ),
      ),
    )
    .join(', ');
  const stored = `
    WITH stored AS (
      INSERT INTO stripe_event (id, created, kind, source, account, context, livemode, type, api_version,
                                object_id, object_type, related_ids, signed_with, payload)
      VALUES ${events}
      ON CONFLICT DO NOTHING
      RETURNING id, created
    )`;
  if (!runs) return { text: `${stored} SELECT id AS event_id FROM stored`, values };
  const grace = `$${values.push(graceMs)}`;
  const text = `${stored}, runs AS (
      INSERT INTO handler_run (event_id, event_created, handler_id, ordering_key, status, last_error, sweep_at, finished_at)
      SELECT planned.event_id, planned.event_created, planned.handler_id, planned.ordering_key,
             CASE WHEN planned.skip_reason IS NULL THEN 'pending' ELSE 'skipped' END,
             planned.skip_reason,
             clock_timestamp() + ${grace}::float8 * interval '1 millisecond',
             CASE WHEN planned.skip_reason IS NOT NULL THEN clock_timestamp() END
      FROM (VALUES ${runs}) AS planned (event_id, event_created, handler_id, ordering_key, skip_reason)
      JOIN stored ON stored.id = planned.event_id AND stored.created = planned.event_created
      RETURNING event_id, id AS run_id, handler_id, status
    )
    SELECT id AS event_id, NULL::bigint AS run_id, NULL AS handler_id, NULL AS status FROM stored
    UNION ALL
    SELECT event_id, run_id, handler_id, status FROM runs`;
  return { text, values };
}
