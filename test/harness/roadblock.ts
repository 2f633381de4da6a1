import { Client } from 'pg';
import type { EntityManager } from 'typeorm';

/** Places at which the handlers of the fault tests can be held; the number names an advisory lock. */
const gates = { beforeClaim: 4_201, afterClaim: 4_202, inHandler: 4_203, poison: 4_204 } as const;

export type Gate = keyof typeof gates;

/** Waits while a test holds the gate. Any number may pass at once. */
export const passGate = (db: Pick<EntityManager, 'query'>, gate: Gate): Promise<unknown> =>
  db.query('SELECT pg_advisory_xact_lock_shared($1)', [gates[gate]]);

/** A Postgres session that stands in the way: it holds locks, and tells when others wait for them. */
export class Roadblock {
  private constructor(private readonly client: Client) {}

  static async open(databaseUrl: string): Promise<Roadblock> {
    const client = new Client({ connectionString: databaseUrl });
    client.on('error', () => undefined);
    await client.connect();
    return new Roadblock(client);
  }

  async hold(gate: Gate): Promise<void> {
    await this.client.query('SELECT pg_advisory_lock($1)', [gates[gate]]);
  }

  async release(gate: Gate): Promise<void> {
    await this.client.query('SELECT pg_advisory_unlock($1)', [gates[gate]]);
  }

  /** Runs a statement and keeps the locks it took. */
  async lock(statement: string, values: unknown[] = []): Promise<void> {
    await this.client.query('BEGIN');
    await this.client.query(statement, values);
  }

  /** Runs a statement with the locks it has, commits it, and gives up the locks. */
  async commit(statement: string): Promise<void> {
    await this.client.query(statement);
    await this.client.query('COMMIT');
  }

  /** Nobody can write the run of this event. */
  lockRun(eventId: string): Promise<void> {
    return this.lock('SELECT FROM handler_run WHERE event_id = $1 FOR UPDATE', [eventId]);
  }

  /** Gives up every lock and gate. */
  async lift(): Promise<void> {
    await this.client.query('ROLLBACK');
    await this.client.query('SELECT pg_advisory_unlock_all()');
  }

  /** Resolves once this many sessions wait, with a statement that contains `text`, for what this one holds. */
  async untilWaiting(sessions = 1, text = ''): Promise<void> {
    // Postgres tells nobody that somebody waits, so it is asked until the test's own time-out.
    const question = `
      SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)) AND position($1 IN query) > 0`;
    for (;;) {
      const { rows } = await this.client.query<{ waiting: number }>(question, [text]);
      if (rows[0] && rows[0].waiting >= sessions) return;
      await this.client.query('SELECT pg_sleep(0.01), pg_stat_clear_snapshot()');
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }
}
