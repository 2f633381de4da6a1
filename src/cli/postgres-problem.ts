import { CliError } from './cli-error.js';

/** What to tell the user about an error of the database. */
export function postgresProblem(error: unknown, url: string): unknown {
  if (error instanceof CliError || !(error instanceof Error)) return error;
  const { code } = error as Error & { code?: unknown };
  return new CliError(`${placeOf(url)}: ${error.message || String(code)}`, undefined, { cause: error });
}

/** Host and database of a connection string, without its credentials. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL';
  const { hostname, port, pathname } = new URL(url);
  return `Postgres at ${hostname}:${port || 5432}${pathname}`;
}
