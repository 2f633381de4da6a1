import type { Config } from '../config/env.js';
import type { AlertKind } from './alert.js';

/**
 * What is wrong now, one statement for each kind: `subject`, `occurrences`, `first_seen` and `last_seen`. Each reads a
 * partial index, or a table of a few rows, and never all history. They are asked every few seconds.
 */
export interface Condition {
  kind: AlertKind;
  /** $2 is its limit. */
  findings: string;
  limit: (config: Config) => number;
}

/** Stripe lets an old secret live for a day at most. After as long without a use, or a mismatch, it is over. */
const DAY_HOURS = 24;

/** Errors of one handler that are alerts of their own; further ones are one alert together. */
const MAX_FINGERPRINTS = 50;

const ago = (limit: string, unit: string) =>
  `statement_timestamp() - ${limit}::float8 * interval '1 ${unit}'`;

/** Grouped as GET /admin/failures does; what operators have resolved there is over until it fails again. */
const DEAD_RUNS = `
  WITH dead AS (
    SELECT handler_id, error_fingerprint, count(*) AS occurrences, min(failed_at) AS first_seen,
           max(failed_at) AS last_seen
    FROM handler_run
    WHERE status = 'dead' AND NOT superseded AND error_fingerprint IS NOT NULL AND failed_at IS NOT NULL
    GROUP BY handler_id, error_fingerprint
  ), numbered AS (
    SELECT dead.*,
           row_number() OVER (PARTITION BY dead.handler_id ORDER BY dead.first_seen, dead.error_fingerprint) AS number
    FROM dead
    LEFT JOIN failure_group known
      ON known.handler_id = dead.handler_id AND known.fingerprint = dead.error_fingerprint
    WHERE known.resolved_at IS NULL OR dead.last_seen > known.resolved_at
  )
  SELECT handler_id || '/' || CASE WHEN number <= $2 THEN error_fingerprint ELSE 'other' END AS subject,
         sum(occurrences) AS occurrences, min(first_seen) AS first_seen, max(last_seen) AS last_seen
  FROM numbered GROUP BY 1`;

/**
 * Another endpoint has been receiving all that time, without such a gap itself. Where all fall silent later, that does
 * not end it: only a delivery does, or the end of the endpoint.
 */
const SILENT_ENDPOINTS = `
  WITH seen AS (
    SELECT endpoint, bool_or(position = 0) AS configured, max(last_used_at) AS last_used_at,
           bool_or(last_used_at > ${ago('$2', 'minute')} AND active_since <= ${ago('$2', 'minute')}) AS receiving
    FROM signing_secret WHERE last_used_at IS NOT NULL OR position = 0 GROUP BY endpoint
  )
  SELECT endpoint AS subject, 1 AS occurrences, last_used_at AS first_seen, last_used_at AS last_seen
  FROM seen silent
  WHERE configured AND last_used_at <= ${ago('$2', 'minute')} AND (
    EXISTS (SELECT FROM seen other WHERE other.endpoint <> silent.endpoint AND other.receiving)
    OR EXISTS (SELECT FROM alert WHERE kind = 'silent_endpoint' AND subject = endpoint AND state <> 'resolved'))`;

const RETIRED_SECRETS = `
  SELECT endpoint || '/' || secret AS subject, retired_uses AS occurrences, retired_at AS first_seen,
         last_used_at AS last_seen
  FROM signing_secret
  WHERE position > 0 AND last_used_at > ${ago('$2', 'hour')}
    AND last_used_at > retired_at + $2::float8 * interval '1 hour'`;

const ISSUING_MISMATCHES = `
  SELECT COALESCE(applied_reason, 'unknown') AS subject, count(*) AS occurrences,
         min(mismatched_at) AS first_seen, max(mismatched_at) AS last_seen
  FROM issuing_decision WHERE mismatched_at > ${ago('$2', 'hour')} GROUP BY 1
  UNION ALL
  SELECT 'no_decision', count(*), min(undecided_at), max(undecided_at)
  FROM issuing_authorization WHERE undecided_at > ${ago('$2', 'hour')} HAVING count(*) > 0`;

export const conditions: readonly Condition[] = [
  { kind: 'dead_runs', findings: DEAD_RUNS, limit: () => MAX_FINGERPRINTS },
  {
    kind: 'silent_endpoint',
    findings: SILENT_ENDPOINTS,
    limit: ({ ALERT_SILENT_ENDPOINT_MINUTES: minutes }) => minutes,
  },
  { kind: 'retired_secret', findings: RETIRED_SECRETS, limit: () => DAY_HOURS },
  { kind: 'issuing_mismatch', findings: ISSUING_MISMATCHES, limit: () => DAY_HOURS },
];
