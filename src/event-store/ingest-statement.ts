import type { QueryResultRow } from 'pg';
import { booleanArray, textArray, timeArray } from '../database/binary-array.js';
import type { PreparedStatement } from '../database/postgres-pool.js';
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

/** $1 to $14: columns of the events. $15 to $19: columns of their runs. $20: grace, in milliseconds. */
const INGEST = `
  WITH stored AS (
    INSERT INTO stripe_event (id, created, kind, source, account, context, livemode, type, api_version,
                              object_id, object_type, related_ids, signed_with, payload)
    SELECT id, created, kind, source, account, context, livemode, type, api_version,
           object_id, object_type, related_ids::text[], signed_with, payload
    FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[],
                $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[])
      AS new (id, created, kind, source, account, context, livemode,
              type, api_version, object_id, object_type, related_ids, signed_with, payload)
    ON CONFLICT DO NOTHING
    RETURNING id, created
  ), runs AS (
    INSERT INTO handler_run (event_id, event_created, handler_id, ordering_key, status, last_error, sweep_at, finished_at)
    SELECT planned.event_id, planned.event_created, planned.handler_id, planned.ordering_key,
           CASE WHEN planned.skip_reason IS NULL THEN 'pending' ELSE 'skipped' END,
           planned.skip_reason,
           clock_timestamp() + $20::float8 * interval '1 millisecond',
           CASE WHEN planned.skip_reason IS NOT NULL THEN clock_timestamp() END
    FROM unnest($15::text[], $16::timestamptz[], $17::text[], $18::text[], $19::text[])
      AS planned (event_id, event_created, handler_id, ordering_key, skip_reason)
    JOIN stored ON stored.id = planned.event_id AND stored.created = planned.event_created
    RETURNING event_id, id AS run_id, handler_id, status
  )
  SELECT id AS event_id, NULL::bigint AS run_id, NULL AS handler_id, NULL AS status FROM stored
  UNION ALL
  SELECT event_id, run_id, handler_id, status FROM runs`;

/**
 * One statement, and so one transaction, that stores events and creates the runs of those that are new. Its text is
 * always the same, so that Postgres parses and plans it once for each connection: see docs/adr/0009-what-storing-costs.md.
 *
 * It returns a row for each new event and one for each of its runs; an event without a row was there already.
 */
export function ingestStatement(group: readonly IngestRow[], graceMs: number): PreparedStatement {
  // Always in the same order: two instances that get the same events must not wait for each other.
  const rows = group.toSorted((a, b) => (a.event.id < b.event.id ? -1 : 1));
  const events = rows.map(({ event }) => event);
  const runs = rows.flatMap(({ event, runs: planned }) => planned.map((run) => ({ event, ...run })));
  const values = [
    textArray(events.map((event) => event.id)),
    timeArray(events.map((event) => event.created)),
    textArray(events.map((event) => event.kind)),
    textArray(events.map((event) => event.source)),
    textArray(events.map((event) => event.account)),
    textArray(events.map((event) => event.context)),
    booleanArray(events.map((event) => event.livemode)),
    textArray(events.map((event) => event.type)),
    textArray(events.map((event) => event.apiVersion)),
    textArray(events.map((event) => event.objectId)),
    textArray(events.map((event) => event.objectType)),
    textArray(events.map((event) => arrayLiteral(event.relatedIds))),
    textArray(events.map((event) => event.signedWith)),
    textArray(events.map((event) => event.payload)),
    textArray(runs.map((run) => run.event.id)),
    timeArray(runs.map((run) => run.event.created)),
    textArray(runs.map((run) => run.handlerId)),
    textArray(runs.map((run) => run.orderingKey)),
    textArray(runs.map((run) => run.skipReason)),
    graceMs,
  ];
  return { name: 'ingest', text: INGEST, values };
}

/** An array as text: `unnest` would take an array of arrays apart down to its elements. */
const arrayLiteral = (values: readonly string[]): string =>
  `{${values.map((value) => `"${value.replace(/[\\"]/g, String.raw`\$&`)}"`).join(',')}}`;
