import { Client, type QueryResultRow } from 'pg';

/** Where a test listens for changes. */
export const CHANNEL = 'test_store_watch';

/** Tables whose changes a test can wait for. */
const WATCHED = ['stripe_event', 'handler_run', 'handler_attempt', 'issuing_decision', 'replay'];

/**
 * Reads a test's database and waits for what it should come to hold. It is told of every change, so no test sleeps
 * or polls; the triggers exist in the test's own database only.
 */
export class StoreWatch {
  private constructor(private readonly client: Client) {}

  static async open(databaseUrl: string): Promise<StoreWatch> {
    const client = new Client({ connectionString: databaseUrl });
    // Fault tests end the server under it; the query in flight reports that.
    client.on('error', () => undefined);
    await client.connect();
    await client.query(`
      CREATE OR REPLACE FUNCTION test_tell() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_notify('${CHANNEL}', ''); RETURN NULL; END $$`);
    const watch = new StoreWatch(client);
    for (const table of WATCHED) await watch.alsoWatch(table);
    await client.query(`LISTEN ${CHANNEL}`);
    return watch;
  }

  /** Lets {@link until} notice changes of another table, too. */
  async alsoWatch(table: string): Promise<void> {
    await this.client.query(`
      CREATE OR REPLACE TRIGGER test_tell AFTER INSERT OR UPDATE ON ${table}
      FOR EACH STATEMENT EXECUTE FUNCTION test_tell()`);
  }

  async query<R extends QueryResultRow>(text: string, values: unknown[] = []): Promise<R[]> {
    return (await this.client.query<R>(text, values)).rows;
  }

  /**
   * Resolves with the rows of `text` as soon as they satisfy `done`.
   *
   * @param signal - gives the wait up; without it, the test's own time-out is the limit
   * @throws the signal's reason
   */
  async until<R extends QueryResultRow>(
    text: string,
    values: unknown[],
    done: (rows: R[]) => boolean,
    signal?: AbortSignal,
  ): Promise<R[]> {
    for (;;) {
      signal?.throwIfAborted();
      const changed = this.nextChange(signal);
      const rows = await this.query<R>(text, values);
      if (done(rows)) {
        changed.cancel();
        return rows;
      }
      await changed.promise;
    }
  }

  /** Waits until every run of these events has come to an end. */
  async untilFinished(
    eventIds: string[],
  ): Promise<{ event_id: string; handler_id: string; status: string }[]> {
    return this.until(
      `SELECT event_id, handler_id, status FROM handler_run WHERE event_id = ANY($1) ORDER BY id`,
      [eventIds],
      (rows: { event_id: string; handler_id: string; status: string }[]) =>
        new Set(rows.map((row) => row.event_id)).size === new Set(eventIds).size &&
        rows.every(({ status }) => ['succeeded', 'dead', 'skipped'].includes(status)),
    );
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private nextChange(signal?: AbortSignal): { promise: Promise<void>; cancel: () => void } {
    let cancel = () => {};
    const promise = new Promise<void>((resolve, reject) => {
      const lost = () => reject(new Error('The watched database went away'));
      cancel = () => {
        this.client.off('notification', told);
        this.client.off('end', lost);
        signal?.removeEventListener('abort', told);
      };
      const told = () => {
        cancel();
        resolve();
      };
      this.client.on('notification', told);
      this.client.on('end', lost);
      signal?.addEventListener('abort', told);
    });
    return { promise, cancel };
  }
}
