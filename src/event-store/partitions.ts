import type { EntityManager } from 'typeorm';
import { sqlState } from '../database/postgres-pool.js';

/** How many months ahead of the current one have their partition. */
const MONTHS_AHEAD = 3;

/** Any number that every process agrees on: it keeps two from making the same partition at once. */
const PARTITION_LOCK = 4_242_000_002;

interface Month {
  table: string;
  from: string;
  to: string;
}

/** The month that is `offset` months after the one of `now`, as a partition of `stripe_event`. */
export function month(now: Date, offset: number): Month {
  const day = (months: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months, 1));
  const from = day(offset).toISOString().slice(0, 10);
  return {
    table: `stripe_event_${from.slice(0, 7).replace('-', '_')}`,
    from,
    to: day(offset + 1)
      .toISOString()
      .slice(0, 10),
  };
}

/** Events wait no longer than this for a partition to be made, in milliseconds; then it is tried again. */
const LOCK_TIMEOUT_MS = 200;
const TRIES = 10;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Makes the partitions of last month, this one and the next three, and moves there what the default one caught.
 *
 * @returns the names of the partitions that were made
 * @throws when somebody reads the store for so long that a partition cannot be made now
 */
export async function ensurePartitions(db: EntityManager, now: Date): Promise<string[]> {
  const made: string[] = [];
  for (let offset = -1; offset <= MONTHS_AHEAD; offset++) {
    const wanted = month(now, offset);
    if (!(await exists(db, wanted.table)) && (await tryToMake(db, wanted))) made.push(wanted.table);
  }
  return made;
}

/** Not `to_regclass`: it may answer from a cache that does not know yet what another process has just made. */
async function exists(db: EntityManager, table: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `SELECT FROM pg_class WHERE relname = $1 AND relnamespace = current_schema()::regnamespace`,
    [table],
  );
  return rows.length > 0;
}

async function tryToMake(db: EntityManager, wanted: Month): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    try {
      return await db.transaction((tx) => makePartition(tx, wanted));
    } catch (error) {
      if (sqlState(error) !== LOCK_NOT_AVAILABLE || tries === TRIES) throw error;
    }
  }
}

/** @returns whether it was made here: another process may have been faster */
async function makePartition(tx: EntityManager, { table, from, to }: Month): Promise<boolean> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
  if (await exists(tx, table)) return false;
  await tx.query(`SET LOCAL lock_timeout = '${LOCK_TIMEOUT_MS}ms'`);
  const range = `created >= '${from}T00:00:00Z' AND created < '${to}T00:00:00Z'`;
  await tx.query(`CREATE TABLE ${table} (LIKE stripe_event INCLUDING DEFAULTS INCLUDING CONSTRAINTS)`);
  // Postgres refuses a partition whose rows are in the default one; the lock keeps new strays out meanwhile.
  await tx.query('LOCK TABLE stripe_event IN SHARE ROW EXCLUSIVE MODE');
  await tx.query(`SET LOCAL turnpike.maintenance = 'on'`);
  await tx.query(
    `WITH stray AS (DELETE FROM stripe_event_default WHERE ${range} RETURNING *) INSERT INTO ${table} SELECT * FROM stray`,
  );
  await tx.query(
    `ALTER TABLE stripe_event ATTACH PARTITION ${table} FOR VALUES FROM ('${from}T00:00:00Z') TO ('${to}T00:00:00Z')`,
  );
  return true;
}
