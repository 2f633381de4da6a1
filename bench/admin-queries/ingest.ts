import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { type IngestRow, ingestStatement } from '../../src/event-store/ingest-statement.js';

const ROUNDS = 21;
const GROUPS = 20;
const GROUP = 50;

/** What the store would be without an index, or with another one. */
const variants: Record<string, string[]> = {
  'all indexes': [],
  'without `stripe_event_newest`': ['DROP INDEX stripe_event_newest'],
  'without `stripe_event_type`': ['DROP INDEX stripe_event_type'],
  'without `stripe_event_account`': ['DROP INDEX stripe_event_account'],
  'without `stripe_event_received`': ['DROP INDEX stripe_event_received'],
  'without `stripe_event_object`': ['DROP INDEX stripe_event_object'],
  'without `stripe_event_related`': ['DROP INDEX stripe_event_related'],
  'without `handler_run_state`': ['DROP INDEX handler_run_state'],
  'without the seven': [
    'DROP INDEX stripe_event_newest, stripe_event_type, stripe_event_account, stripe_event_received',
    'DROP INDEX stripe_event_object, stripe_event_related, handler_run_state',
  ],
  '`stripe_event_related` without a list of what is pending': [
    'DROP INDEX stripe_event_related',
    'CREATE INDEX stripe_event_related ON stripe_event USING gin (related_ids) WITH (fastupdate = off)',
  ],
  '`stripe_event_related` with a short list': [
    'DROP INDEX stripe_event_related',
    'CREATE INDEX stripe_event_related ON stripe_event USING gin (related_ids) WITH (gin_pending_list_limit = 256)',
  ],
  'a table of related ids instead': [
    'DROP INDEX stripe_event_related',
    'CREATE TABLE related (object_id text, created timestamptz, event_id text, PRIMARY KEY (object_id, created, event_id))',
    `CREATE FUNCTION relate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO related SELECT o, n.created, n.id FROM new_rows n, unnest(n.related_ids) o; RETURN NULL; END $$`,
    `CREATE TRIGGER relate AFTER INSERT ON stripe_event REFERENCING NEW TABLE AS new_rows
       FOR EACH STATEMENT EXECUTE FUNCTION relate()`,
  ],
};

const random = (prefix: string) => `${prefix}_${randomBytes(12).toString('hex')}`;

/** As a payment makes them; five in six are of a connected account. */
function group(): IngestRow[] {
  return Array.from({ length: GROUP }, (_, i) => ({
    event: {
      id: random('evt'),
      created: new Date(Math.floor(Date.now() / 1_000) * 1_000),
      kind: 'snapshot' as const,
      source: i % 6 === 0 ? ('direct' as const) : ('connect' as const),
      account: i % 6 === 0 ? null : `acct_${i % 40}`,
      context: null,
      livemode: true,
      type: ['payment_intent.succeeded', 'charge.succeeded', 'invoice.paid'][i % 3] ?? '',
      apiVersion: '2026-10-28.endive',
      objectId: random('pi'),
      objectType: 'payment_intent',
      relatedIds: ['cus', 'ch', 'pm', 'txn', 'in'].map(random),
      signedWith: 'fingerprint',
      payload: randomBytes(1_250).toString('hex'),
    },
    runs: [{ handlerId: `feature.handler${i % 12}`, orderingKey: null, skipReason: null }],
  }));
}

/** What storing events costs in one variant. */
export interface IngestCost {
  name: string;
  /** Time of the processor that Postgres takes for an event, in microseconds: what else runs matters little to it. */
  cpuMicros: number;
  /** Bytes of write-ahead log per event. */
  logBytes: number;
}

interface Store {
  name: string;
  db: Client;
  backend: number;
  cpuMicros: number;
  logBytes: number;
}

/** Stores events in a copy of a filled database for each variant, in turns. */
export async function measureIngest(serverUrl: string, template: string): Promise<IngestCost[]> {
  const stores = await openStores(serverUrl, template);
  for (let round = -1; round < ROUNDS; round++) {
    for (const store of stores) {
      const groups = Array.from({ length: GROUPS }, () => ingestStatement(group(), 500));
      const [cpu, log] = [cpuMicrosOf(store), await logPosition(store)];
      for (const { text, values } of groups) await store.db.query(text, values);
      if (round < 0) continue; // it warms up
      store.cpuMicros += cpuMicrosOf(store) - cpu;
      store.logBytes += (await logPosition(store)) - log;
    }
  }
  for (const { db } of stores) await db.end();
  const events = ROUNDS * GROUPS * GROUP;
  return stores.map(({ name, cpuMicros, logBytes }) => ({
    name,
    cpuMicros: cpuMicros / events,
    logBytes: logBytes / events,
  }));
}

/** As Linux counts it for the process of this connection. */
const cpuMicrosOf = ({ backend }: Store): number =>
  Number(readFileSync(`/proc/${backend}/schedstat`, 'utf8').split(' ', 1)[0]) / 1_000;

async function logPosition({ db }: Store): Promise<number> {
  const { rows } = await db.query<{ at: string }>(`SELECT pg_current_wal_insert_lsn() - '0/0' AS at`);
  return Number(rows[0]?.at);
}

async function openStores(serverUrl: string, template: string): Promise<Store[]> {
  const admin = new Client({ connectionString: serverUrl });
  await admin.connect();
  const stores: Store[] = [];
  for (const [name, statements] of Object.entries(variants)) {
    const url = new URL(serverUrl);
    url.pathname = `/ingest_${stores.length}`;
    await admin.query(`CREATE DATABASE ingest_${stores.length} TEMPLATE ${template} STRATEGY file_copy`);
    const db = new Client({ connectionString: url.href });
    await db.connect();
    for (const statement of statements) await db.query(statement);
    const { rows } = await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    stores.push({ name, db, backend: rows[0]?.pid ?? 0, cpuMicros: 0, logBytes: 0 });
  }
  await admin.end();
  return stores;
}
