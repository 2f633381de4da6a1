import type { QueryResultRow } from 'pg';

/** The runs that fail, grouped by handler and kind of error. */

/** One group as it is stored; the names are those of the view. */
export interface FailureRow extends QueryResultRow {
  handler: string;
  fingerprint: string;
  error: string;
  dead: number;
  retrying: number;
  firstSeen: Date;
  lastSeen: Date;
  state: 'open' | 'acknowledged' | 'resolved';
  note: string | null;
  acknowledgedAt: Date | null;
  acknowledgedBy: string | null;
  resolvedAt: Date | null;
  resolvedBy: string | null;
  eventId: string;
  runId: string;
}

/** A failing run of an account that the key may see: the index handler_run_failing holds no others. */
const VISIBLE = `run.status IN ('retrying', 'dead') AND NOT run.superseded AND ($1::text[] IS NULL OR EXISTS (
  SELECT FROM stripe_event event
  WHERE event.id = run.event_id AND event.created = run.event_created AND event.account = ANY ($1)))`;

/** $1 accounts or null for all, $2 handler or null, $3 fingerprint or null, $4 state or null, $5 and $6 the group before or null, $7 limit. */
export const FAILURES = `
  WITH failing AS (
    SELECT run.handler_id, run.error_fingerprint,
           count(*) FILTER (WHERE run.status = 'dead')::int AS dead,
           count(*) FILTER (WHERE run.status = 'retrying')::int AS retrying,
           min(run.first_failed_at) AS first_seen, max(run.failed_at) AS last_seen
    FROM handler_run run
    WHERE ${VISIBLE} AND run.error_fingerprint IS NOT NULL
      AND ($2::text IS NULL OR run.handler_id = $2) AND ($3::text IS NULL OR run.error_fingerprint = $3)
      AND ($5::text IS NULL OR (run.handler_id, run.error_fingerprint) > ($5, $6::text))
    GROUP BY run.handler_id, run.error_fingerprint
  ), page AS (
    SELECT failing.*, known.note, known.acknowledged_at, known.acknowledged_by, known.resolved_at, known.resolved_by,
           CASE WHEN failing.last_seen <= known.resolved_at THEN 'resolved'
                WHEN known.resolved_at IS NULL AND known.acknowledged_at IS NOT NULL THEN 'acknowledged'
                ELSE 'open' END AS state
    FROM failing
    LEFT JOIN failure_group known
      ON known.handler_id = failing.handler_id AND known.fingerprint = failing.error_fingerprint
  )
  SELECT page.handler_id AS handler, page.error_fingerprint AS fingerprint, sample.last_error AS error,
         page.dead, page.retrying, page.first_seen AS "firstSeen", page.last_seen AS "lastSeen", page.state, page.note,
         page.acknowledged_at AS "acknowledgedAt", page.acknowledged_by AS "acknowledgedBy",
         page.resolved_at AS "resolvedAt", page.resolved_by AS "resolvedBy",
         sample.event_id AS "eventId", sample.id AS "runId"
  FROM (SELECT * FROM page WHERE $4::text IS NULL OR state = $4
        ORDER BY handler_id, error_fingerprint LIMIT $7) page
  CROSS JOIN LATERAL (
    SELECT run.id, run.event_id, run.last_error FROM handler_run run
    WHERE ${VISIBLE} AND run.handler_id = page.handler_id AND run.error_fingerprint = page.error_fingerprint
    ORDER BY run.event_created DESC, run.event_id DESC LIMIT 1
  ) sample
  ORDER BY page.handler_id, page.error_fingerprint`;

/** $1 handler, $2 fingerprint, $3 by, $4 note or null to keep it. A group that was resolved is not any more. */
export const ACKNOWLEDGE = `
  INSERT INTO failure_group AS known (handler_id, fingerprint, acknowledged_at, acknowledged_by, note)
  VALUES ($1, $2, clock_timestamp(), $3, $4)
  ON CONFLICT (handler_id, fingerprint) DO UPDATE
  SET acknowledged_at = EXCLUDED.acknowledged_at, acknowledged_by = EXCLUDED.acknowledged_by,
      resolved_at = NULL, resolved_by = NULL, note = COALESCE(EXCLUDED.note, known.note)`;

/** $1 handler, $2 fingerprint, $3 by, $4 note or null to keep it. */
export const RESOLVE = `
  INSERT INTO failure_group AS known (handler_id, fingerprint, resolved_at, resolved_by, note)
  VALUES ($1, $2, clock_timestamp(), $3, $4)
  ON CONFLICT (handler_id, fingerprint) DO UPDATE
  SET resolved_at = EXCLUDED.resolved_at, resolved_by = EXCLUDED.resolved_by,
      note = COALESCE(EXCLUDED.note, known.note)`;
