import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { TestApp } from './app.js';
import { createEffectTable } from './effects.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './stack.js';
import { StoreWatch } from './store-watch.js';

/** One database for a test file, and an application for each test that starts one. */
export function processingTest() {
  let database: TestDatabase;
  let watch: StoreWatch;
  const apps: TestApp[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await createEffectTable(watch);
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.stop()));
  });
  afterAll(async () => {
    await watch.close();
    await database.drop();
  });

  return {
    get watch() {
      return watch;
    },
    async start(
      features: Type[],
      env: Record<string, string> = {},
      prefix = uniquePrefix(),
    ): Promise<TestApp> {
      const app = await TestApp.start({
        databaseUrl: database.url,
        redisUrl: redisUrl(),
        prefix,
        env,
        features,
      });
      apps.push(app);
      return app;
    },
    effectsOf: async (eventId: string): Promise<number> => {
      const [row] = await watch.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM effect WHERE event_id = $1',
        [eventId],
      );
      return row?.n ?? 0;
    },
    attemptsOf: (eventId: string) =>
      watch.query<{ attempt: number; outcome: string; error: string | null }>(
        `SELECT attempt, outcome, error FROM handler_attempt
         JOIN handler_run ON handler_run.id = run_id WHERE event_id = $1 ORDER BY attempt`,
        [eventId],
      ),
  };
}

/** Writes one row into the test's table of effects, in the handler's transaction. */
export const leaveEffect = (
  event: { id: string },
  ctx: { tx: { query(text: string, values: unknown[]): Promise<unknown> }; attempt: number },
) =>
  ctx.tx.query(`INSERT INTO effect (event_id, handler_id, attempt) VALUES ($1, 'test', $2)`, [
    event.id,
    ctx.attempt,
  ]);
