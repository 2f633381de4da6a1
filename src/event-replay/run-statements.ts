/** The statements with which a replay makes runs again. All times are the database's own. */

const MS = `::float8 * interval '1 millisecond'`;

/**
 * $1 event, $2 accounts or null, $3 age of the request in ms when the transaction began. It must be `now()`: a statement
 * that waits for a lock gets its `statement_timestamp()` after that.
 */
export const FIND_EVENT = `
  SELECT id, created::text AS "createdText", type, source, livemode, account, object_id AS "objectId",
         erased_at AS "erasedAt", (now() - $3${MS})::text AS "askedAt"
  FROM stripe_event WHERE id = $1 AND ($2::text[] IS NULL OR account = ANY ($2))
  ORDER BY created DESC LIMIT 1`;

/** $1 events, $2 their creation, $3 when the replay was asked for. */
export const LATEST_RUNS = `
  SELECT DISTINCT ON (run.event_id, run.event_created, run.handler_id)
         run.id, run.event_id AS "eventId", run.handler_id AS "handlerId", run.generation, run.status,
         run.error_fingerprint AS fingerprint,
         run.created_at >= $3::timestamptz AS "createdSince",
         COALESCE(run.finished_at >= $3::timestamptz, false) AS "endedSince"
  FROM unnest($1::text[], $2::timestamptz[]) AS event (id, created)
  JOIN handler_run run ON run.event_id = event.id AND run.event_created = event.created
  ORDER BY run.event_id, run.event_created, run.handler_id, run.generation DESC`;

/**
 * $1–$5 event, its creation, handler, generation, ordering key; $6 bulk replay or null; $7 grace in ms. Always in the same
 * order, so that two replays wait for each other only one way; where another was faster, there is nothing left to do.
 */
export const CREATE_RUNS = `
  INSERT INTO handler_run (event_id, event_created, handler_id, generation, ordering_key, replay_id, status, sweep_at)
  SELECT event_id, event_created, handler_id, generation, ordering_key, $6::bigint, 'pending', clock_timestamp() + $7${MS}
  FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::int[], $5::text[])
    AS new (event_id, event_created, handler_id, generation, ordering_key)
  ORDER BY event_created, event_id, handler_id
  ON CONFLICT (event_created, event_id, handler_id, generation) DO NOTHING
  RETURNING id, event_id AS "eventId", handler_id AS "handlerId", generation, attempts, replay_id IS NOT NULL AS replayed`;

/** $1 runs, $2 bulk replay or null, $3 grace in ms. A run belongs to the bulk replay that asked for it last. */
export const HASTEN_RUNS = `
  WITH waiting AS (
    SELECT id FROM handler_run WHERE id = ANY ($1::bigint[]) AND status = 'retrying' ORDER BY id FOR UPDATE
  ), hastened AS (
    UPDATE handler_run run
    SET next_attempt_at = clock_timestamp(), sweep_at = clock_timestamp() + $3${MS},
        replay_id = COALESCE($2::bigint, run.replay_id)
    FROM waiting WHERE run.id = waiting.id
    RETURNING run.id, run.event_id, run.handler_id, run.generation, run.attempts, run.lost_attempts, run.replay_id
  )
  SELECT id, event_id AS "eventId", handler_id AS "handlerId", generation, attempts, lost_attempts > 0 AS isolated,
         replay_id IS NOT NULL AS replayed
  FROM hastened`;
