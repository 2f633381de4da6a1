/** The statements about bulk replays. All times are the database's own. */

const SECONDS = `::float8 * interval '1 second'`;

/** The end of the events it concerns. In whole milliseconds, because the code that asks for them knows no others. */
export const REPLAY_TIME = `SELECT date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond' AS now`;

/** $1 filter, $2 handlers, $3 include succeeded, $4 backfill, $5 rate, $6 reason, $7 by, $8 accounts, $9 matched, $10 now. */
export const CREATE_REPLAY = `
  INSERT INTO replay (filter, handlers, include_succeeded, backfill, rate_per_second, reason, requested_by, accounts,
                      events_matched, created_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`;

const COLUMNS = `
  id, status, filter, handlers, include_succeeded AS "includeSucceeded", backfill, rate_per_second AS "ratePerSecond",
  reason, requested_by AS "requestedBy", created_at AS "createdAt", finished_at AS "finishedAt", accounts, step,
  events_matched::float8 AS matched, events_done::float8 AS done, runs_created::float8 AS created,
  runs_hastened::float8 AS hastened, runs_left_alone::float8 AS "leftAlone",
  events_done::float8 - pace_events AS "paceEvents",
  EXTRACT(epoch FROM clock_timestamp() - pace_since)::float8 AS "paceSeconds"`;

const VISIBLE = `($1::text[] IS NULL OR accounts <@ $1)`;

/** $1 accounts or null, $2 replay. */
export const FIND_REPLAY = `SELECT ${COLUMNS} FROM replay WHERE ${VISIBLE} AND id = $2`;

/** $1 accounts or null, $2 only older ones than this replay or null, $3 status or null, $4 limit. */
export const LIST_REPLAYS = `
  SELECT ${COLUMNS} FROM replay
  WHERE ${VISIBLE} AND ($2::bigint IS NULL OR id < $2) AND ($3::text IS NULL OR status = $3)
  ORDER BY id DESC LIMIT $4`;

/** $1 replay. */
export const COUNT_RUNS = `
  SELECT status, count(*)::float8 AS runs FROM handler_run WHERE replay_id = $1 GROUP BY status`;

/** $1 replay. A new step number takes the replay from whoever is about to make the step. */
export const PAUSE_REPLAY = `UPDATE replay SET status = 'paused', step = step + 1 WHERE id = $1`;
export const RESUME_REPLAY = `
  UPDATE replay
  SET status = 'running', step = step + 1, next_step_at = clock_timestamp(),
      pace_since = clock_timestamp(), pace_events = events_done
  WHERE id = $1`;
export const CANCEL_REPLAY = `
  UPDATE replay SET status = 'cancelled', step = step + 1, finished_at = clock_timestamp() WHERE id = $1`;

/**
 * $1 replay, $2 step, $3 longest pause of its transaction in ms: a worker that freezes must not hold the replay. Returns
 * nothing when the step was made, or is being made, by somebody else.
 */
export const TAKE_STEP = `
  SELECT id, filter, accounts, handlers, include_succeeded AS "includeSucceeded", backfill,
         rate_per_second AS "ratePerSecond", cursor_at::text AS "cursorAt", cursor_id AS "cursorId", created_at AS "createdAt",
         set_config('idle_in_transaction_session_timeout', $3, true), set_config('jit', 'off', true)
  FROM replay WHERE id = $1 AND step = $2 AND status = 'running' FOR UPDATE SKIP LOCKED`;

/** $1 replay, $2 limit. Those that wait for another attempt do not count: that may take hours. */
export const COUNT_OPEN = `
  SELECT count(*)::int AS open FROM (
    SELECT FROM handler_run WHERE replay_id = $1 AND status IN ('pending', 'running') LIMIT $2) AS open`;

/**
 * $1 replay, $2 cursor's time, $3 cursor's id, $4 events done, $5–$7 runs created, hastened, left alone, $8 whether that was
 * all, $9 least wait in ms. The next step is due when the runs made due have used up their time; what was late may be made
 * up for within a second.
 */
export const FINISH_STEP = `
  WITH finished AS (
    UPDATE replay
    SET step = step + 1, cursor_at = COALESCE($2::timestamptz, cursor_at), cursor_id = COALESCE($3, cursor_id),
        events_done = events_done + $4, runs_created = runs_created + $5, runs_hastened = runs_hastened + $6,
        runs_left_alone = runs_left_alone + $7,
        status = CASE WHEN $8 THEN 'completed' ELSE status END,
        finished_at = CASE WHEN $8 THEN clock_timestamp() END,
        next_step_at = GREATEST(
          clock_timestamp() + $9::float8 * interval '1 millisecond',
          GREATEST(LEAST(next_step_at, clock_timestamp()), clock_timestamp() - interval '1 second')
            + ($5::int + $6::int)${SECONDS} / rate_per_second)
    WHERE id = $1
    RETURNING step, next_step_at
  )
  SELECT step, EXTRACT(epoch FROM next_step_at - clock_timestamp())::float8 * 1000 AS "waitMs" FROM finished`;

/** $1 grace in ms, $2 limit: steps that somebody should have made by now, each given to one worker. */
export const TAKE_OVERDUE_STEPS = `
  WITH overdue AS (
    SELECT id FROM replay
    WHERE status = 'running' AND next_step_at <= clock_timestamp() - $1::float8 * interval '1 millisecond'
    ORDER BY next_step_at LIMIT $2 FOR UPDATE SKIP LOCKED
  ), taken AS (
    UPDATE replay SET next_step_at = clock_timestamp() FROM overdue WHERE replay.id = overdue.id
    RETURNING replay.id, replay.step
  )
  SELECT id, step FROM taken`;

/** $1 replay. */
export const CURRENT_STEP = `SELECT id, step FROM replay WHERE id = $1 AND status = 'running'`;
