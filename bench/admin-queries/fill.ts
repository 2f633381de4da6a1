import type { Client } from 'pg';
import { month } from '../../src/event-store/partitions.js';

const MONTHS = 12;
const HANDLERS = 12;

const TYPES = [
  'payment_intent.succeeded',
  'charge.succeeded',
  'payment_intent.created',
  'charge.updated',
  'invoice.paid',
  'customer.updated',
  'invoice.created',
  'payment_intent.payment_failed',
  'customer.subscription.updated',
  'invoice.finalized',
  'payment_intent.requires_action',
  'checkout.session.completed',
  'payment_method.attached',
  'balance.available',
  'customer.created',
  'charge.failed',
  'payout.paid',
  'account.updated',
  'charge.refunded',
  'customer.subscription.created',
  'transfer.created',
  'payment_intent.canceled',
  'invoice.voided',
  'customer.subscription.deleted',
  'payout.created',
  'charge.dispute.created',
  'setup_intent.succeeded',
  'application_fee.created',
  'mandate.updated',
  'radar.early_fraud_warning.created',
];

/** Partitions for the months of the fill, and for the one to come. */
export async function makeMonths(db: Client, now: Date): Promise<void> {
  for (let offset = -MONTHS; offset <= 1; offset++) {
    const { table, from, to } = month(now, offset);
    await db.query(
      `CREATE TABLE IF NOT EXISTS ${table} PARTITION OF stripe_event FOR VALUES FROM ('${from}T00:00:00Z') TO ('${to}T00:00:00Z')`,
    );
  }
}

/**
 * Events of a year, evenly in time. A few accounts and types have most of them; a tenth is in test mode. Whatever is
 * called rare is there the same number of times however many events there are.
 */
const EVENTS = `
  INSERT INTO stripe_event (id, created, received_at, kind, source, account, livemode, type, api_version, object_id,
                            object_type, related_ids, signed_with, payload)
  SELECT 'evt_' || lpad(n::text, 9, '0') || md5(n::text), created, created + interval '2 seconds', 'snapshot',
         CASE WHEN issuing THEN 'issuing' WHEN account IS NULL THEN 'direct' ELSE 'connect' END,
         account, livemode,
         CASE WHEN n % ($1 / 20) = 7 THEN 'payout.failed' WHEN issuing THEN 'issuing_authorization.request' ELSE type END,
         '2026-10-28.endive', 'pi_' || lpad((n / 4)::text, 9, '0') || 'Object', 'payment_intent',
         ARRAY['cus_' || lpad((n / 20)::text, 9, '0') || 'Customer', 'ch_' || lpad((n / 4)::text, 9, '0') || 'Charge',
               'pm_' || lpad((n / 20)::text, 9, '0') || 'Method', 'txn_' || lpad(n::text, 9, '0') || 'Balance'],
         'fingerprint', repeat(md5(n::text), 40)
  FROM generate_series(1, $1) AS n,
  LATERAL (
    SELECT now() - interval '360 days' * (1 - n::float8 / $1) AS created,
           n % 33 = 5 AS issuing,
           CASE WHEN n % ($1 / 20) = 11 THEN 'acct_rare' WHEN n % 10 >= 3
                THEN 'acct_' || floor(power(random(), 3) * 2000) END AS account,
           random() < 0.9 AS livemode,
           ($2::text[])[1 + floor(power(random(), 2) * array_length($2::text[], 1))] AS type
  ) AS event`;

/** Four in five events have a run; nearly all succeeded. Twenty runs are dead with the same error. */
const RUNS = `
  INSERT INTO handler_run (event_id, event_created, handler_id, status, attempts, sweep_at, started_at, finished_at,
                           last_error, error_fingerprint)
  SELECT id, created, 'feature.handler' || n % ${HANDLERS}, status, 1, created, created, created,
         CASE WHEN status = 'dead' THEN 'it failed' END,
         CASE WHEN n % ($1 / 20) = 8 THEN 'rare' WHEN status = 'dead' THEN 'group' || n % 7 END
  FROM (SELECT id, created, row_number() OVER (ORDER BY created) AS n FROM stripe_event) AS event,
  LATERAL (
    SELECT CASE WHEN n % ($1 / 20) = 8 THEN 'dead' WHEN n % ($1 / 20) = 3 THEN 'retrying' WHEN n % 499 = 0 THEN 'dead'
                WHEN n % 97 = 0 THEN 'skipped' ELSE 'succeeded' END AS status
  ) AS run
  WHERE n % 5 < 4`;

/** Fills an empty store. */
export async function fill(db: Client, events: number): Promise<void> {
  await db.query('SELECT setseed(0.5)');
  await db.query(EVENTS, [events, TYPES]);
  await db.query(RUNS, [events]);
  await db.query('VACUUM (ANALYZE) stripe_event');
  await db.query('VACUUM (ANALYZE) handler_run');
  await db.query('CHECKPOINT');
}
