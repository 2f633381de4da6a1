import pg from 'pg';

interface PoolOptions {
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  size: number;
  /** Longest time to connect and for one statement, in milliseconds. */
  timeoutMs: number;
}

/**
 * A small pool for one purpose, apart from TypeORM's, so that slow handlers cannot keep it waiting.
 *
 * A statement that times out takes its connection with it: behind a frozen server it would block the next one.
 */
export class PostgresPool {
  private readonly pool: pg.Pool;

  constructor({ url, name, size, timeoutMs }: PoolOptions) {
    this.pool = new pg.Pool({
      connectionString: url,
      application_name: name,
      max: size,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      statement_timeout: timeoutMs,
      keepAlive: true,
    });
    // Without a listener, a server restart ends this process. The pool replaces the connection by itself.
    this.pool.on('error', () => undefined);
  }

  async query<R extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<R[]> {
    const client = await this.pool.connect();
    const ignore = () => undefined;
    client.on('error', ignore);
    let failure: Error | undefined;
    try {
      return (await client.query<R>(text, values)).rows;
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      client.off('error', ignore);
      // An error with a SQLSTATE came from a healthy server; anything else leaves the connection in doubt.
      client.release(failure !== undefined && sqlState(failure) === undefined);
    }
  }

  async end(): Promise<void> {
    await this.pool.end();
  }
}

/** The SQLSTATE of an error that the server itself reported. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { driverError } = error as Error & { driverError?: unknown };
  const source = (driverError ?? error) as { code?: unknown; severity?: unknown };
  return typeof source.code === 'string' && source.severity !== undefined ? source.code : undefined;
}
