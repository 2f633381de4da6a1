import pg from 'pg';
import { onConnect } from './connection-loss.js';

interface PoolOptions {
  url: string;
  /** Shown in pg_stat_activity. */
  name: string;
  size: number;
  /** Longest time to connect and for one statement, in milliseconds. */
  timeoutMs: number;
  /** Settings of each connection; what the URL itself has as `options` comes first. */
  settings?: Record<string, string>;
}

/** A statement that each connection parses and plans once; the name is for this text alone. */
export interface PreparedStatement {
  name: string;
  text: string;
  values: unknown[];
}

/** Runs one statement on a connection and returns its rows. With a name the statement is prepared there. */
export type RunStatement = <R extends pg.QueryResultRow>(
  text: string,
  values: unknown[],
  name?: string,
) => Promise<R[]>;

/** Thrown in a transaction to undo it on purpose. */
export class Rollback extends Error {
  override readonly name: string = 'Rollback';
}

/**
 * A small pool for one purpose, apart from TypeORM's, so that slow handlers cannot keep it waiting.
 *
 * A statement that times out takes its connection with it: behind a frozen server it would block the next one.
 */
export class PostgresPool {
  private readonly pool: pg.Pool;

  constructor({ url, name, size, timeoutMs, settings = {} }: PoolOptions) {
    this.pool = new pg.Pool({
      connectionString: url,
      application_name: name,
      max: size,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      statement_timeout: timeoutMs,
      keepAlive: true,
      options: Object.entries(settings)
        .map(([key, value]) => `-c ${key}=${value}`)
        .join(' '),
      onConnect,
    });
    // Without a listener, a server restart ends this process. The pool replaces the connection by itself.
    this.pool.on('error', () => undefined);
  }

  async query<R extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<R[]> {
    return this.withClient((run) => run<R>(text, values));
  }

  /**
   * Runs a prepared statement. Where the connection has another idea of it than the server - after `DISCARD ALL`, behind
   * a pooler, or because a migration changed what it returns - it runs unprepared instead, on a connection of its own.
   */
  async queryPrepared<R extends pg.QueryResultRow>({ name, text, values }: PreparedStatement): Promise<R[]> {
    try {
      return await this.withClient((run) => run<R>(text, values, name));
    } catch (error) {
      if (!isUnprepared(error)) throw error;
      return this.query<R>(text, values);
    }
  }

  /** Commits what `work` did, or rolls it back when it throws. */
  async transaction<T>(work: (run: RunStatement) => Promise<T>): Promise<T> {
    return this.withClient(async (run) => {
      await run('BEGIN', []);
      try {
        const result = await work(run);
        await run('COMMIT', []);
        return result;
      } catch (error) {
        // A connection that is in doubt is thrown away, and its transaction with it.
        if (sqlState(error) !== undefined || error instanceof Rollback) await run('ROLLBACK', []);
        throw error;
      }
    });
  }

  private async withClient<T>(work: (run: RunStatement) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let failure: unknown;
    try {
      return await work(async (text, values, name) => (await client.query({ name, text, values })).rows);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      const healthy = failure === undefined || failure instanceof Rollback || isFromHealthyServer(failure);
      client.release(!healthy);
    }
  }

  async end(): Promise<void> {
    await this.pool.end();
  }
}

/**
 * The server itself reported it, does not end the connection with it (classes 08 and 57P), and has the same idea of what
 * is prepared there. Anything else leaves the connection in doubt.
 */
const isFromHealthyServer = (error: unknown): boolean => {
  const state = sqlState(error);
  return state !== undefined && !/^(?:08|57P)/.test(state) && !isUnprepared(error);
};

/** The statement is not there, is there already, or would return something else than when it was prepared. */
const isUnprepared = (error: unknown): boolean => /^(?:26000|42P05|0A000)$/.test(sqlState(error) ?? '');

/** Whether Postgres will never take what it was given. SQLSTATE classes 22 (data), 23 (constraint), 54 (a limit). */
export const isRefusal = (error: unknown): boolean => /^(?:22|23|54)/.test(sqlState(error) ?? '');

/** The SQLSTATE of an error that the server itself reported. */
export function sqlState(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { driverError } = error as Error & { driverError?: unknown };
  const source = (driverError ?? error) as { code?: unknown; severity?: unknown };
  return typeof source.code === 'string' && source.severity !== undefined ? source.code : undefined;
}
