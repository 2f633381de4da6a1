/**
 * The statements that move runs from state to state. All times are the database's own. What is due is looked for by
 * statement_timestamp(): an index cannot be asked for clock_timestamp(), and all that waits would be read each time.
 */

const MS = `::float8 * interval '1 millisecond'`;

/** No run for the same object is running, and none that is open is older: what "in order" means. */
const FIRST_IN_ORDER = `(run.ordering_key IS NULL OR NOT EXISTS (
  SELECT FROM handler_run other
  WHERE other.handler_id = run.handler_id AND other.ordering_key = run.ordering_key
    AND other.status IN ('pending', 'retrying', 'running')
    AND (other.status = 'running' OR (other.event_created, other.id) < (run.event_created, run.id))))`;

/** As the index handler_run_due has it; Postgres would simplify a comparison of booleans until the index does not fit. */
const REPLAYED = `(replay_id IS NOT NULL)::int`;

/** Nobody has paused the handler of `run`. */
const NOT_PAUSED = `NOT EXISTS (SELECT FROM paused_handler WHERE handler_id = run.handler_id)`;

/**
 * The statements for runs whose ids are known keep a plan (see PLANS in run-groups.ts) and must look each of them up by its
 * key, even if the tables were empty when they were planned. Joins would leave a choice; arrays and LIMIT do not. This fits
 * no partial index, such as that of all runs that wait.
 */
const STATUS = `(run.status || '')`;

/** Starts the runs of `next`: a row each, with its lease in ms. */
const START = `claimed AS (
    UPDATE handler_run run
    SET status = 'running', attempts = run.attempts + 1, started_at = clock_timestamp(),
        lease_until = clock_timestamp() + (SELECT max(lease_ms) FROM next WHERE next.id = run.id)${MS}
    WHERE run.id = ANY (ARRAY(SELECT id FROM next)) RETURNING run.*
  )
  SELECT claimed.id, claimed.attempts, claimed.generation, claimed.lost_attempts > 0 AS isolated, claimed.replay_id IS NOT NULL AS replayed, claimed.ordering_key AS "orderingKey",
         claimed.lease_until AS "leaseUntil",
         event.id AS "eventId", event.type AS "eventType", event.created, event.account, event.context, event.livemode, event.kind,
         event.object_id AS "objectId", event.object_type AS "objectType", event.payload,
         event.erased_at IS NOT NULL AS erased
  FROM claimed CROSS JOIN LATERAL (
    SELECT * FROM stripe_event WHERE id = claimed.event_id AND created = claimed.event_created LIMIT 1) event`;

/** $1 runs, $2 attempts made of each, $3 lease of each in ms. A job for an attempt that was already made claims nothing. */
const claim = (locked: 'SKIP LOCKED' | '') => `
  WITH next AS (
    SELECT open.id, asked.lease_ms
    FROM unnest($1::bigint[], $2::int[], $3::float8[]) AS asked (id, attempts, lease_ms) CROSS JOIN LATERAL (
      SELECT run.id FROM handler_run run
      WHERE run.id = asked.id AND run.attempts = asked.attempts AND ${STATUS} IN ('pending', 'retrying')
        AND ${NOT_PAUSED} AND ${FIRST_IN_ORDER}
      LIMIT 1 FOR UPDATE OF run ${locked}) open
  ), ${START}`;

/** Without the runs that somebody else has in hand: the others must not wait for them. */
export const CLAIM = claim('SKIP LOCKED');

/** Waits for whoever has a run in hand, such as the sweeper: its job may be the last one. */
export const CLAIM_LATE = claim('');

/** $1 handler, $2 lease in ms, $3 how many. Live runs only: replayed ones have slots of their own. */
export const CLAIM_NEXT = `
  WITH next AS (
    SELECT run.id, $2::float8 AS lease_ms FROM handler_run run
    WHERE run.handler_id = $1 AND ${REPLAYED} = 0 AND run.status IN ('pending', 'retrying')
      AND NOT EXISTS (SELECT FROM paused_handler WHERE handler_id = $1)
      AND run.next_attempt_at <= statement_timestamp() AND run.lost_attempts = 0 AND ${FIRST_IN_ORDER}
    ORDER BY run.next_attempt_at LIMIT $3 FOR UPDATE OF run SKIP LOCKED
  ), ${START}`;

/** $1 runs, $2 attempt of each: the fencing token. Returns no row for a run that another worker has taken over. */
export const SUCCEED = `
  WITH finished AS (
    UPDATE handler_run run
    SET status = 'succeeded', finished_at = clock_timestamp(), lease_until = NULL, last_error = NULL
    WHERE run.id = ANY ($1::bigint[]) AND run.attempts = ($2::int[])[array_position($1::bigint[], run.id)]
      AND ${STATUS} = 'running'
    RETURNING run.id, run.attempts, run.started_at
  )
  INSERT INTO handler_attempt (run_id, attempt, outcome, started_at)
  SELECT id, attempts, 'succeeded', started_at FROM finished RETURNING run_id AS id`;

/** $1 run, $2 attempt, $3 why. Returns no row when another worker has taken the run over. */
export const SKIP = `
  WITH skipped AS (
    UPDATE handler_run
    SET status = 'skipped', finished_at = clock_timestamp(), lease_until = NULL, last_error = $3
    WHERE id = $1 AND attempts = $2 AND status = 'running'
    RETURNING id, attempts, started_at
  )
  INSERT INTO handler_attempt (run_id, attempt, outcome, started_at, error)
  SELECT id, attempts, 'skipped', started_at, $3 FROM skipped RETURNING run_id`;

/** What a run keeps of a failure, for the groups of failures. Without a fingerprint, the attempt was not to blame. */
const failedWith = (fingerprint: string) => `
        error_fingerprint = COALESCE(${fingerprint}::text, error_fingerprint),
        failed_at = CASE WHEN ${fingerprint} IS NULL THEN failed_at ELSE statement_timestamp() END,
        first_failed_at = CASE WHEN ${fingerprint} IS NULL OR error_fingerprint = ${fingerprint} THEN first_failed_at
                               ELSE statement_timestamp() END`;

/** $1 run, $2 attempt, $3 next status, $4 wait in ms, $5 error, $6 outcome, $7 grace in ms, $8 fingerprint. */
export const FAIL = `
  WITH failed AS (
    UPDATE handler_run
    SET status = $3, lease_until = NULL, last_error = $5,
        next_attempt_at = clock_timestamp() + $4${MS}, sweep_at = clock_timestamp() + ($4::float8 + $7::float8) * interval '1 millisecond',
        finished_at = CASE WHEN $3 = 'dead' THEN clock_timestamp() END, ${failedWith('$8')}
    WHERE id = $1 AND attempts = $2 AND status = 'running'
    RETURNING id, attempts, started_at
  )
  INSERT INTO handler_attempt (run_id, attempt, outcome, started_at, error)
  SELECT id, attempts, $6, started_at, $5 FROM failed RETURNING run_id`;

/** $1 limit, $2 lost attempts that make a run dead, $3 grace in ms, $4 error, $5 fingerprint. Several sweepers never collide. */
export const RECOVER_LOST = `
  WITH lost AS (
    SELECT id FROM handler_run WHERE status = 'running' AND lease_until < statement_timestamp()
    ORDER BY lease_until LIMIT $1 FOR UPDATE SKIP LOCKED
  ), recovered AS (
    UPDATE handler_run run
    SET lost_attempts = run.lost_attempts + 1, lease_until = NULL, last_error = $4,
        status = CASE WHEN run.lost_attempts + 1 >= $2 THEN 'dead' ELSE 'retrying' END,
        finished_at = CASE WHEN run.lost_attempts + 1 >= $2 THEN clock_timestamp() END,
        next_attempt_at = clock_timestamp(), sweep_at = clock_timestamp() + $3${MS}, ${failedWith('$5')}
    FROM lost WHERE run.id = lost.id
    RETURNING run.id, run.attempts, run.handler_id, run.status, run.started_at, run.ordering_key
  ), noted AS (
    INSERT INTO handler_attempt (run_id, attempt, outcome, started_at, error)
    SELECT id, attempts, 'lost', started_at, $4 FROM recovered
  )
  SELECT id, attempts, handler_id AS "handlerId", status, ordering_key AS "orderingKey" FROM recovered`;

/**
 * $1 limit, $2 grace in ms. A run that goes on waiting is looked at less and less often, at least every minute; one whose
 * handler is paused, not again until WAKE.
 */
export const TAKE_OVERDUE = `
  WITH overdue AS (
    SELECT id FROM handler_run WHERE status IN ('pending', 'retrying') AND sweep_at <= statement_timestamp()
    ORDER BY sweep_at LIMIT $1 FOR UPDATE SKIP LOCKED
  ), taken AS (
    UPDATE handler_run run
    SET sweep_at = CASE WHEN ${NOT_PAUSED} THEN clock_timestamp()
      + LEAST(interval '1 minute', GREATEST($2${MS}, clock_timestamp() - run.next_attempt_at)) ELSE 'infinity' END
    FROM overdue WHERE run.id = overdue.id
    RETURNING run.id, run.attempts, run.handler_id, run.lost_attempts, run.replay_id, run.sweep_at, run.next_attempt_at
  )
  SELECT id, attempts, handler_id AS "handlerId", lost_attempts > 0 AS isolated,
         replay_id IS NOT NULL AS replayed, sweep_at = 'infinity' AS parked,
         EXTRACT(epoch FROM clock_timestamp() - next_attempt_at)::float8 * 1000 AS "lateMs"
  FROM taken`;

/** As the index handler_run_parked has it, and no other. */
const PARKED = `status IN ('pending', 'retrying') AND NOT isfinite(sweep_at)`;

/**
 * $1 limit for each handler. Makes parked runs overdue whose handler is not paused any more: for TAKE_OVERDUE, a batch
 * at a time. It asks for what is the case now, so it does not matter in which order pauses, resumptions and sweeps commit.
 */
export const WAKE = `
  WITH RECURSIVE parked AS (
    (SELECT handler_id FROM handler_run WHERE ${PARKED} ORDER BY handler_id LIMIT 1)
    UNION ALL
    SELECT following.handler_id FROM parked CROSS JOIN LATERAL (
      SELECT run.handler_id FROM handler_run run WHERE ${PARKED} AND run.handler_id > parked.handler_id
      ORDER BY run.handler_id LIMIT 1) following
  ), resumed AS MATERIALIZED (
    SELECT run.handler_id FROM parked run WHERE ${NOT_PAUSED}
  ), woken AS (
    SELECT waiting.id FROM resumed CROSS JOIN LATERAL (
      SELECT run.id FROM handler_run run WHERE run.handler_id = resumed.handler_id AND ${PARKED}
      ORDER BY run.next_attempt_at LIMIT $1 FOR UPDATE SKIP LOCKED) waiting
  )
  UPDATE handler_run SET sweep_at = clock_timestamp() WHERE id = ANY (ARRAY(SELECT id FROM woken))`;

/**
 * $1 handler, $2 limit: replayed runs that found their lane full. Only those that a claim would take: the others would be
 * offered again and again.
 */
export const WAITING_REPLAYED = `
  SELECT run.id, run.attempts, run.handler_id AS "handlerId", true AS replayed FROM handler_run run
  WHERE run.handler_id = $1 AND ${REPLAYED} = 1 AND run.status IN ('pending', 'retrying')
    AND NOT EXISTS (SELECT FROM paused_handler WHERE handler_id = $1)
    AND run.next_attempt_at <= statement_timestamp() AND run.lost_attempts = 0 AND ${FIRST_IN_ORDER}
  ORDER BY run.next_attempt_at LIMIT $2`;

/** $1 handler, $2 ordering key: the run that may go now that another one ended. */
export const NEXT_IN_ORDER = `
  SELECT id, attempts, handler_id AS "handlerId", replay_id IS NOT NULL AS replayed FROM handler_run
  WHERE handler_id = $1 AND ordering_key = $2 AND status IN ('pending', 'retrying')
    AND next_attempt_at <= statement_timestamp()
  ORDER BY event_created, id LIMIT 1`;

/** $1 object, $2 account, $3 livemode, $4 created. */
export const NEWER_EVENT_EXISTS = `
  SELECT EXISTS (
    SELECT FROM stripe_event
    WHERE object_id = $1 AND account IS NOT DISTINCT FROM $2 AND livemode = $3 AND created > $4
  ) AS stale`;
