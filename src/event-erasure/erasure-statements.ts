/** The statements about erasures. All times are the database's own. */
import { OWN_OBJECT } from './erasure-subject.js';

const COLUMNS = `
  id, status, customer, account, event, reason, requested_by AS "requestedBy", events_matched::float8 AS matched,
  events_erased::float8 AS erased, runs_ended::float8 AS "runsEnded", created_at AS "createdAt",
  finished_at AS "finishedAt"`;

/** $1 customer, $2 account, $3 event, $4 reason, $5 key, $6 name of the key, $7 events that match. */
export const CREATE_ERASURE = `
  INSERT INTO erasure (customer, account, event, reason, key_id, requested_by, events_matched)
  VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING ${COLUMNS}`;

/** $1 erasure. */
export const FIND_ERASURE = `SELECT ${COLUMNS} FROM erasure WHERE id = $1`;

/** $1 erasure, $2 by what, $3 targets, $4 whether they were found on the way. */
export const ADD_TARGETS = `
  INSERT INTO erasure_target (erasure_id, found_by, target, linked)
  SELECT $1::bigint, found_by, target, $4::boolean
  FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS new (found_by, target, place) ORDER BY place
  ON CONFLICT DO NOTHING`;

const ANOTHER_CUSTOMER = `
  SELECT FROM unnest(e.related_ids || e.object_id) AS named (id) WHERE named.id LIKE 'cus\\_%' AND named.id <> $1`;

/** $1 customer, $2 account or null: the events that are erased with a customer. */
export const COUNT_EVENTS_OF_CUSTOMER = `
  WITH named AS MATERIALIZED (
    SELECT e.id, e.created, e.erased_at, e.related_ids || e.object_id AS ids,
           EXISTS (${ANOTHER_CUSTOMER}) AS shared
    FROM stripe_event e
    WHERE (e.object_id = $1 OR e.related_ids @> ARRAY[$1::text]) AND ($2::text IS NULL OR e.account = $2)
  ), own AS MATERIALIZED (
    SELECT DISTINCT own.id FROM named, unnest(named.ids) AS own (id)
    WHERE NOT named.shared AND own.id ~ '${OWN_OBJECT}'
  ), linked AS (
    SELECT e.id, e.created, e.erased_at FROM own JOIN stripe_event e ON e.object_id = own.id
    WHERE ($2::text IS NULL OR e.account = $2) AND NOT EXISTS (${ANOTHER_CUSTOMER})
    UNION ALL
    SELECT e.id, e.created, e.erased_at FROM own JOIN stripe_event e ON e.related_ids @> ARRAY[own.id]
    WHERE ($2::text IS NULL OR e.account = $2) AND NOT EXISTS (${ANOTHER_CUSTOMER})
  )
  SELECT count(*)::int AS events FROM (
    SELECT id, created FROM named WHERE erased_at IS NULL
    UNION SELECT id, created FROM linked WHERE erased_at IS NULL) AS matching`;

/** $1 account. */
export const COUNT_EVENTS_OF_ACCOUNT = `
  SELECT count(*)::int AS events FROM (
    SELECT id, created FROM stripe_event WHERE account = $1 AND erased_at IS NULL
    UNION SELECT id, created FROM stripe_event WHERE object_id = $1 AND erased_at IS NULL) AS matching`;

/** $1 event. */
export const COUNT_EVENT = `
  SELECT count(*) FILTER (WHERE erased_at IS NULL)::int AS events, count(*)::int AS stored
  FROM stripe_event WHERE id = $1`;

/** $1 longest pause in ms: a worker that freezes must not hold the erasure. Several workers never take the same one. */
export const TAKE_ERASURE = `
  SELECT id, customer, account, event, stage, page, reason, key_id AS "keyId", requested_by AS "requestedBy",
         set_config('idle_in_transaction_session_timeout', $1, true)
  FROM erasure WHERE status = 'running' AND next_step_at <= statement_timestamp()
  ORDER BY next_step_at LIMIT 1 FOR UPDATE SKIP LOCKED`;

/** $1 erasure: what is gone through now. */
export const CURRENT_TARGET = `
  SELECT found_by AS "foundBy", target, cursor_at::text AS "cursorAt", cursor_id AS "cursorId"
  FROM erasure_target WHERE erasure_id = $1 AND NOT done AND NOT linked ORDER BY place LIMIT 1`;

/** $1 erasure, $2 limit. */
export const LINKED_TARGETS = `
  SELECT target FROM erasure_target WHERE erasure_id = $1 AND NOT done AND linked ORDER BY place LIMIT $2`;

/** $1 erasure, $2 targets. */
export const END_LINKED_TARGETS = `
  UPDATE erasure_target SET done = true WHERE erasure_id = $1 AND linked AND target = ANY ($2::text[])`;

/** $1 erasure, $2 by what, $3 target, $4 cursor's time, $5 cursor's id, $6 whether it is gone through. */
export const MOVE_TARGET = `
  UPDATE erasure_target SET cursor_at = COALESCE($4::timestamptz, cursor_at), cursor_id = COALESCE($5, cursor_id), done = $6
  WHERE erasure_id = $1 AND found_by = $2 AND target = $3`;

/** $1 erasure, $2 next stage, $3 page, $4 events erased, $5 runs ended. */
export const FINISH_STEP = `
  UPDATE erasure
  SET stage = $2, page = $3, events_erased = events_erased + $4, runs_ended = runs_ended + $5,
      next_step_at = clock_timestamp()
  WHERE id = $1`;

/** $1 events, $2 their creation, $3 why. A run that is being worked on is ended, too: what it wrote is rolled back. */
export const END_RUNS = `
  WITH ended AS (
    UPDATE handler_run run
    SET status = 'skipped', last_error = $3, lease_until = NULL, finished_at = clock_timestamp()
    FROM unnest($1::text[], $2::timestamptz[]) AS event (id, created)
    WHERE run.event_id = event.id AND run.event_created = event.created
      AND run.status IN ('pending', 'retrying', 'running')
    RETURNING run.id
  ) SELECT count(*)::int AS ended FROM ended`;

/** $1 events, $2 their creation, $3 what is said instead. Errors may quote what a handler was given. */
export const OVERWRITE_ERRORS = `
  WITH runs AS (
    SELECT run.id FROM unnest($1::text[], $2::timestamptz[]) AS event (id, created)
    JOIN handler_run run ON run.event_id = event.id AND run.event_created = event.created
  ), attempts AS (
    UPDATE handler_attempt attempt SET error = $3 FROM runs
    WHERE attempt.run_id = runs.id AND attempt.error IS NOT NULL
  )
  UPDATE handler_run run SET last_error = $3 FROM runs WHERE run.id = runs.id AND run.last_error IS NOT NULL`;

/** $1 erasure. */
export const COMPLETE_ERASURE = `
  WITH completed AS (
    UPDATE erasure SET status = 'completed', finished_at = clock_timestamp(), page = '[]'
    WHERE id = $1 RETURNING events_erased::float8 AS events, runs_ended::float8 AS runs
  ) SELECT events, runs FROM completed`;

/** $1 erasure, $2 wait in ms. */
export const POSTPONE_ERASURE = `
  UPDATE erasure SET next_step_at = clock_timestamp() + $2::float8 * interval '1 millisecond'
  WHERE id = $1 AND status = 'running'`;
