import { DataSource } from 'typeorm';
import { onConnect } from './connection-loss.js';
import { dataSourceOptions } from './data-source-options.js';

/** Any number that every Turnpike process agrees on: it names the lock that lets one process migrate at a time. */
const MIGRATION_LOCK = 4_242_000_001;

/**
 * Brings the schema up to date. Safe to call from any number of processes at once: one works, the others wait.
 *
 * @returns the names of the migrations that this call ran
 * @example const ran = await migrate('postgresql://localhost/turnpike');
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const dataSource = new DataSource({
    ...dataSourceOptions(databaseUrl, 2),
    extra: { keepAlive: true, onConnect },
  });
  await dataSource.initialize();
  try {
    const lock = dataSource.createQueryRunner();
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      return (await dataSource.runMigrations()).map((migration) => migration.name);
    } finally {
      await lock.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await lock.release();
    }
  } finally {
    await dataSource.destroy();
  }
}
