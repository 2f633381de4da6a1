import { afterAll, beforeAll } from '@jest/globals';
import { type AppOptions, TestApp } from './app.js';
import { createEffectTable, features as effects } from './effects.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './stack.js';
import { StoreWatch } from './store-watch.js';

/** A row of `stripe_event`, its payload as bytes. */
export interface StoredRow {
  id: string;
  kind: string;
  source: string;
  account: string | null;
  context: string | null;
  livemode: boolean;
  object_id: string | null;
  object_type: string | null;
  signed_with: string;
  payload: Buffer;
}

/** One application on a database of its own for a whole test file, and questions about what it stored. */
export function inboundTest(options: Pick<AppOptions, 'env' | 'features'> = {}) {
  let database: TestDatabase;
  let watch: StoreWatch;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await createEffectTable(watch);
    const servers = { databaseUrl: database.url, redisUrl: redisUrl(), prefix: uniquePrefix() };
    app = await TestApp.start({ ...servers, features: effects, ...options });
  });
  afterAll(async () => {
    await app.stop();
    await watch.close();
    await database.drop();
  });

  return {
    get app() {
      return app;
    },
    get watch() {
      return watch;
    },
    /** The events with this id: none, one, or too many. */
    stored: (id: string) =>
      watch.query<StoredRow>(
        `SELECT id, kind, source, account, context, livemode, object_id, object_type, signed_with,
                convert_to(payload, 'UTF8') AS payload
         FROM stripe_event WHERE id = $1`,
        [id],
      ),
    /** How many events and runs there are at all. */
    async counts(): Promise<{ events: number; runs: number }> {
      const [row] = await watch.query<{ events: number; runs: number }>(
        `SELECT (SELECT count(*) FROM stripe_event)::int AS events, (SELECT count(*) FROM handler_run)::int AS runs`,
      );
      return row ?? { events: 0, runs: 0 };
    },
    /** The rows that the test's handlers wrote for an event. */
    effects: (id: string) =>
      watch.query<{ handler_id: string; attempt: number }>(
        'SELECT handler_id, attempt FROM effect WHERE event_id = $1',
        [id],
      ),
    /** The present sum of the series with these labels. */
    metric: async (name: string, labels: Record<string, string> = {}) =>
      metricValue(await app.metrics(), name, labels),
  };
}

/** The sum of the series with these labels in a scrape; 0 when they have never been counted. */
export function metricValue(scrape: string, name: string, labels: Record<string, string>): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  return scrape
    .split('\n')
    .filter((line) => /^\w+/.exec(line)?.[0] === name && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
