import type { PostgresPool } from '../database/postgres-pool.js';
import { CliError } from './cli-error.js';
import { databaseUrl } from './surroundings.js';

/** Longest time to connect and for one statement. */
const TIMEOUT_MS = 15_000;

/** Opens the store for one command. */
export async function withDatabase<T>(work: (db: PostgresPool) => Promise<T>): Promise<T> {
  const url = databaseUrl();
  const { PostgresPool } = await import('../database/postgres-pool.js');
  const db = new PostgresPool({ url, name: 'turnpike cli', size: 1, timeoutMs: TIMEOUT_MS });
  try {
    return await work(db);
  } catch (error) {
    throw databaseProblem(error, url);
  } finally {
    await db.end();
  }
}

/** What to tell the user about an error of the database. */
export function databaseProblem(error: unknown, url: string): unknown {
  if (error instanceof CliError || !(error instanceof Error)) return error;
  const { code } = error as Error & { code?: unknown };
  // 42P01: a table does not exist.
  if (code === '42P01') return new CliError(`${placeOf(url)} has no event store: run "npx turnpike migrate"`);
  return new CliError(`${placeOf(url)}: ${error.message || String(code)}`, undefined, { cause: error });
}

/** Host and database of a connection string, without its credentials. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL';
  const { hostname, port, pathname } = new URL(url);
  return `Postgres at ${hostname}:${port || 5432}${pathname}`;
}
