import { Client } from 'pg';
import { makeMonths } from '../admin-queries/fill.js';

/** How many connections fill at the same time, and how many events each stores in one statement at most. */
const CONNECTIONS = 2;
const PORTION = 100_000;

/**
 * Events of a year, evenly in time, with ids as random as Stripe's. A payment makes four events, a customer twenty; a
 * few accounts have most of them. $1 first, $2 last, $3 how many there will be,
 * $4 now.
 */
const EVENTS = `
  INSERT INTO stripe_event (id, created, received_at, kind, source, account, livemode, type, api_version, object_id,
                            object_type, related_ids, signed_with, payload)
  SELECT 'evt_' || left(md5('evt' || n), 24), created, created + interval '2 seconds', 'snapshot',
         CASE WHEN n % 3 = 0 THEN 'direct' ELSE 'connect' END,
         CASE WHEN n % 3 > 0 THEN 'acct_' || left(md5(floor(power(random(), 3) * 2000)::text), 16) END,
         n % 10 > 0,
         (ARRAY['payment_intent.succeeded', 'charge.succeeded', 'payment_intent.created', 'charge.updated',
                'invoice.paid', 'customer.updated', 'charge.refunded', 'payout.paid'])[1 + n % 8],
         '2026-10-28.endive', 'pi_' || left(md5('pi' || n / 4), 24), 'payment_intent',
         ARRAY['cus_' || left(md5('cus' || n / 20), 14), 'ch_' || left(md5('ch' || n / 4), 24),
               'pm_' || left(md5('pm' || n / 20), 24)],
         'fingerprint', '{"id": "' || repeat(md5('evt' || n), 9) || '"}'
  FROM generate_series($1::bigint, $2::bigint) AS n,
  LATERAL (SELECT date_trunc('second', $4::timestamptz - interval '360 days' * (1 - n::float8 / $3::bigint)) AS created) AS time`;

/** Each had one run that succeeded. */
const RUNS = `
  INSERT INTO handler_run (event_id, event_created, handler_id, status, attempts, sweep_at, started_at, finished_at)
  SELECT 'evt_' || left(md5('evt' || n), 24), created, 'bench.no-op', 'succeeded', 1, created, created, created
  FROM generate_series($1::bigint, $2::bigint) AS n,
  LATERAL (SELECT date_trunc('second', $4::timestamptz - interval '360 days' * (1 - n::float8 / $3::bigint)) AS created) AS time`;

/** Indexes that enforce nothing: they are quicker made afterwards, of all rows at once. */
const INDEXES = `
  SELECT relation.relname AS name, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ') AS definition
  FROM pg_index JOIN pg_class relation ON relation.oid = indexrelid
  WHERE indrelid IN ('stripe_event'::regclass, 'handler_run'::regclass) AND NOT indisunique`;

/** Fills an empty store with events of the last year and their runs, as quickly as Postgres can. */
export async function fillStore(url: string, events: number, say: (line: string) => void): Promise<void> {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => connected(url)));
  const now = new Date();
  const [db] = clients as [Client, ...Client[]];
  try {
    await makeMonths(db, now);
    const { rows: indexes } = await db.query<{ name: string; definition: string }>(INDEXES);
    for (const { name } of indexes) await db.query(`DROP INDEX ${name}`);
    await together(clients, portions(events), async (client, [from, to]) => {
      await client.query(EVENTS, [from, to, events, now]);
      await client.query(RUNS, [from, to, events, now]);
      say(`filled ${to.toLocaleString('en')} of ${events.toLocaleString('en')} events`);
    });
    // One after the other: two at once would wait for the lock on the table, or for each other.
    for (const { name, definition } of indexes) {
      await db.query(definition);
      say(`made ${name}`);
    }
    for (const table of ['stripe_event', 'handler_run']) await db.query(`VACUUM (ANALYZE) ${table}`);
    await db.query('CHECKPOINT');
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/** What the fill may do and the measurement may not; of these sessions only. */
async function connected(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(
    `SET synchronous_commit = off; SET maintenance_work_mem = '1GB'; SET work_mem = '256MB'`,
  );
  return client;
}

const portions = (events: number): [from: number, to: number][] =>
  Array.from({ length: Math.ceil(events / PORTION) }, (_, i) => [
    i * PORTION + 1,
    Math.min(events, (i + 1) * PORTION),
  ]);

/** Each takes the next piece of work when it is done with one. */
async function together<W, T>(workers: W[], work: T[], act: (worker: W, piece: T) => Promise<void>) {
  const left = work[Symbol.iterator]();
  await Promise.all(
    workers.map(async (worker) => {
      for (const piece of left) await act(worker, piece);
    }),
  );
}
