import type { QueryResultRow } from 'pg';

/** What the runs say about handlers. */

export interface HandlerState extends QueryResultRow {
  handlerId: string;
  status: 'pending' | 'running' | 'retrying' | 'dead';
  runs: number;
  waitingSeconds: number | null;
}

const OF_HANDLER = `($1::text IS NULL OR handler_id = $1)`;

/** $1 handler, or null for all. Every branch reads a partial index, so succeeded runs cost nothing. */
export const HANDLER_STATES = `
  SELECT handler_id AS "handlerId", status, count(*)::int AS runs,
         EXTRACT(epoch FROM clock_timestamp() - min(created_at))::float8 AS "waitingSeconds"
  FROM handler_run WHERE status IN ('pending', 'retrying') AND ${OF_HANDLER} GROUP BY 1, 2
  UNION ALL
  SELECT handler_id, status, count(*)::int, NULL FROM handler_run WHERE status = 'running' AND ${OF_HANDLER} GROUP BY 1, 2
  UNION ALL
  SELECT handler_id, status, count(*)::int, NULL FROM handler_run
  WHERE status = 'dead' AND NOT superseded AND ${OF_HANDLER} GROUP BY 1, 2`;

export interface HandlerAttempts extends QueryResultRow {
  handlerId: string;
  attempts: number;
  errorRate: number;
  p50Ms: number | null;
  p95Ms: number | null;
}

/** $1 handlers. The newest runs of each end of an attempt, of them the attempts that ended last: never more than a few hundred rows. */
export const RECENT_ATTEMPTS = `
  SELECT handler.id AS "handlerId", count(*)::int AS attempts,
         avg((recent.outcome <> 'succeeded')::int)::float8 AS "errorRate",
         percentile_cont(0.5) WITHIN GROUP (ORDER BY recent.ms) FILTER (WHERE recent.outcome <> 'lost') AS "p50Ms",
         percentile_cont(0.95) WITHIN GROUP (ORDER BY recent.ms) FILTER (WHERE recent.outcome <> 'lost') AS "p95Ms"
  FROM unnest($1::text[]) AS handler (id)
  CROSS JOIN LATERAL (
    SELECT attempt.outcome, EXTRACT(epoch FROM attempt.finished_at - attempt.started_at)::float8 * 1000 AS ms
    FROM (VALUES ('succeeded'), ('retrying'), ('dead')) AS after_attempt (status)
    CROSS JOIN LATERAL (
      SELECT run.id FROM handler_run run
      WHERE run.handler_id = handler.id AND run.status = after_attempt.status AND NOT run.superseded
      ORDER BY run.event_created DESC, run.event_id DESC LIMIT 100
    ) newest
    CROSS JOIN LATERAL (
      SELECT outcome, started_at, finished_at FROM handler_attempt
      WHERE run_id = newest.id ORDER BY attempt DESC LIMIT 100
    ) attempt
    ORDER BY attempt.finished_at DESC LIMIT 100
  ) recent
  GROUP BY handler.id`;

export interface PausedHandler extends QueryResultRow {
  handlerId: string;
  at: Date;
  by: string;
  reason: string | null;
}

/** $1 handler, or null for all. */
export const PAUSED_HANDLERS = `
  SELECT handler_id AS "handlerId", paused_at AS at, paused_by AS by, reason
  FROM paused_handler WHERE ${OF_HANDLER}`;

/** $1 handler, $2 by, $3 reason. Returns a row unless it was paused already. */
export const PAUSE = `
  INSERT INTO paused_handler (handler_id, paused_by, reason) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING RETURNING handler_id`;

/** $1 handler. Returns a row unless it was not paused. The sweepers see to its runs. */
export const RESUME = `
  WITH ended AS (DELETE FROM paused_handler WHERE handler_id = $1 RETURNING handler_id)
  SELECT handler_id FROM ended`;
