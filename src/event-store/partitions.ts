import type { EntityManager } from 'typeorm';

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

/**
 * Makes the partitions of last month, this one and the next three, and moves there what the default one caught.
 *
 * @returns the names of the partitions that were made
 */
export async function ensurePartitions(db: EntityManager, now: Date): Promise<string[]> {
  const months = Array.from({ length: MONTHS_AHEAD + 2 }, (_, i) => month(now, i - 1));
  const missing: Month[] = [];
  for (const candidate of months) if (!(await exists(db, candidate.table))) missing.push(candidate);
  for (const wanted of missing) await db.transaction((tx) => makePartition(tx, wanted));
  return missing.map(({ table }) => table);
}

async function exists(db: EntityManager, table: string): Promise<boolean> {
  const [row] = await db.query<[{ found: boolean }]>('SELECT to_regclass($1) IS NOT NULL AS found', [table]);
  return row.found;
}

async function makePartition(tx: EntityManager, { table, from, to }: Month): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
  if (await exists(tx, table)) return;
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
}
