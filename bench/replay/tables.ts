export const EVENTS = Number(process.argv[3] ?? 100_000);

export const EFFECT_TABLE = `
  CREATE TABLE effect (event_id text NOT NULL, generation int, at timestamptz NOT NULL DEFAULT clock_timestamp())`;

/** $1 payload of some event. Of each second of the last month there are some. */
export const FILL_EVENTS = `
  INSERT INTO stripe_event (id, created, kind, source, livemode, type, api_version, object_id, object_type, signed_with, payload)
  SELECT 'evt_bench_' || n, date_trunc('second', now()) - n / 3 * interval '1 second', 'snapshot', 'direct', false,
         'payment_intent.succeeded', '2026-01-01', 'pi_bench_' || n, 'payment_intent', 'bench',
         replace($1, 'evt_template', 'evt_bench_' || n)
  FROM generate_series(1, ${EVENTS}) AS n`;

/** All of them failed for good. */
export const FILL_RUNS = `
  INSERT INTO handler_run (event_id, event_created, handler_id, status, attempts, sweep_at, finished_at, last_error)
  SELECT id, created, 'bench.effect', 'dead', 20, now(), now(), 'bench' FROM stripe_event`;

/** What must be: each event one effect, by one new run that succeeded. */
export const VERIFY = `
  SELECT (SELECT count(*)::int FROM effect WHERE event_id LIKE 'evt_bench_%') AS effects,
         (SELECT count(DISTINCT event_id)::int FROM effect WHERE event_id LIKE 'evt_bench_%') AS "eventsWithEffect",
         (SELECT count(*)::int FROM handler_run WHERE replay_id IS NOT NULL AND status = 'succeeded' AND generation = 2)
           AS "runsSucceeded",
         (SELECT count(*)::int FROM handler_run WHERE replay_id IS NOT NULL) AS runs,
         (SELECT count(*)::int FROM handler_attempt WHERE outcome = 'lost') AS "attemptsLost"`;

/** $1 events. From the moment it was stored to its effect, in milliseconds. */
export const HANDLED = `
  SELECT event.received_at AS received, EXTRACT(epoch FROM effect.at - event.received_at)::float8 * 1000 AS ms
  FROM stripe_event event JOIN effect ON effect.event_id = event.id WHERE event.id = ANY ($1)`;
