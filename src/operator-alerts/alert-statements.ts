/** The statements that open, count, resolve and announce alerts. All times are the database's own. */

/** Twice as many as whoever looks after it knows of, and ten more at least. */
const WORSE = `EXCLUDED.occurrences >= GREATEST(2 * known.known_occurrences, known.known_occurrences + 10)`;

const RESOLVED = `known.state = 'resolved'`;

/**
 * Makes the alerts of a kind what its condition says. $1 kind, $2 the condition's limit. An alert that ends is news only
 * for somebody who was told of it and has not acknowledged it.
 */
export const reconcile = (findings: string): string => `
  WITH finding AS MATERIALIZED (SELECT left(found.subject, 300) AS subject, found.occurrences, found.first_seen,
                                       found.last_seen FROM (${findings}) found),
  changed AS (
    INSERT INTO alert AS known (kind, subject, occurrences, first_seen_at, last_seen_at)
    SELECT $1, subject, occurrences, first_seen, last_seen FROM finding ORDER BY subject
    ON CONFLICT (kind, subject) DO UPDATE SET
      state = CASE WHEN ${RESOLVED} OR ${WORSE} THEN 'open' ELSE known.state END,
      news = CASE WHEN ${RESOLVED} THEN 'reopened' WHEN ${WORSE} THEN COALESCE(known.news, 'worse') ELSE known.news END,
      opened_at = CASE WHEN ${RESOLVED} THEN clock_timestamp() ELSE known.opened_at END,
      openings = known.openings + (${RESOLVED})::int,
      resolved_at = NULL,
      occurrences = EXCLUDED.occurrences,
      known_occurrences = CASE WHEN ${RESOLVED} THEN 0 ELSE LEAST(known.known_occurrences, EXCLUDED.occurrences) END,
      first_seen_at = CASE WHEN ${RESOLVED} THEN EXCLUDED.first_seen_at
                           ELSE LEAST(known.first_seen_at, EXCLUDED.first_seen_at) END,
      last_seen_at = EXCLUDED.last_seen_at
    WHERE ${RESOLVED}
       OR (known.occurrences, known.last_seen_at) IS DISTINCT FROM (EXCLUDED.occurrences, EXCLUDED.last_seen_at)
  )
  UPDATE alert SET state = 'resolved', resolved_at = clock_timestamp(),
                   news = CASE WHEN state = 'open' AND believed_open THEN 'resolved' END
  WHERE kind = $1 AND state <> 'resolved' AND NOT EXISTS (SELECT FROM finding WHERE finding.subject = alert.subject)`;

/** Returns no row when no pass is due, or another worker makes it. */
export const BEGIN_PASS = `
  SELECT next_message_at <= statement_timestamp() AS "mayTell" FROM alert_schedule
  WHERE next_pass_at <= statement_timestamp() FOR UPDATE SKIP LOCKED`;

/** $1 ms until the next pass, $2 minutes until the next message, or null when none was written. */
export const END_PASS = `
  UPDATE alert_schedule SET
    passes = passes + 1,
    next_pass_at = clock_timestamp() + $1::float8 * interval '1 millisecond',
    next_message_at = COALESCE(clock_timestamp() + $2::float8 * interval '1 minute', next_message_at)`;

/** What messages and operators see of an alert; the names are those of the view. */
const ALERT = `
  id, kind, subject, state, occurrences::float8 AS occurrences, first_seen_at AS "firstSeenAt",
  last_seen_at AS "lastSeenAt"`;

/** All that nobody was told yet, and takes it as told. */
export const TAKE_NEWS = `
  WITH news AS (
    SELECT ${ALERT}, news AS change FROM alert WHERE news IS NOT NULL ORDER BY id FOR UPDATE
  ), told AS (
    UPDATE alert SET news = NULL, known_occurrences = alert.occurrences, announced_at = clock_timestamp(),
                     believed_open = news.change <> 'resolved'
    FROM news WHERE alert.id = news.id
  )
  SELECT * FROM news ORDER BY change = 'resolved', occurrences DESC, id`;

const VIEW = `
  ${ALERT}, opened_at AS "openedAt", openings, announced_at AS "announcedAt", acknowledged_at AS "acknowledgedAt",
  acknowledged_by AS "acknowledgedBy", note, resolved_at AS "resolvedAt"`;

/** $1 state or null, $2 kind or null, $3 the id before or null, $4 limit. Newest first. */
export const LIST_ALERTS = `
  SELECT ${VIEW} FROM alert
  WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR kind = $2) AND ($3::bigint IS NULL OR id < $3)
  ORDER BY id DESC LIMIT $4`;

/** $1 alert. */
export const FIND_ALERT = `SELECT ${VIEW} FROM alert WHERE id = $1`;

/** $1 alert, $2 by, $3 note or null. Whatever it is like now is known: it is told only when it gets worse than that. */
export const ACKNOWLEDGE_ALERT = `
  WITH acknowledged AS (
    UPDATE alert SET state = 'acknowledged', acknowledged_at = clock_timestamp(), acknowledged_by = $2, note = $3,
                     news = NULL, known_occurrences = occurrences, believed_open = false
    WHERE id = $1 AND state <> 'resolved' RETURNING id
  ) SELECT id FROM acknowledged`;

/** Only what is not over, which a partial index holds. */
export const COUNT_ALERTS = `
  SELECT kind, state, count(*)::int AS alerts FROM alert WHERE state <> 'resolved' GROUP BY kind, state`;
