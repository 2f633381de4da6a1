import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { deliver, TestApp } from './harness/app.js';
import { AppProcess } from './harness/app-process.js';
import { createEffectTable, features } from './harness/effects.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';
import { StoreWatch } from './harness/store-watch.js';

describe('an event that is delivered more than once', () => {
  let database: TestDatabase;
  let watch: StoreWatch;
  let apps: [TestApp, AppProcess];

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await createEffectTable(watch);
    const servers = { databaseUrl: database.url, redisUrl: redisUrl(), prefix: uniquePrefix() };
    apps = [
      await TestApp.start({ ...servers, features }),
      await AppProcess.start(servers, 'harness/effects.ts'),
    ];
  });

  afterAll(async () => {
    await Promise.all(apps.map((app) => app.stop()));
    await watch.close();
    await database.drop();
  });

  const counts = async (id: string) => {
    await watch.untilFinished([id]);
    const [row] = await watch.query<{ stored: string; runs: string; effects: string }>(
      `SELECT (SELECT count(*) FROM stripe_event WHERE id = $1) AS stored,
              (SELECT count(*) FROM handler_run WHERE event_id = $1) AS runs,
              (SELECT count(*) FROM effect WHERE event_id = $1) AS effects`,
      [id],
    );
    return row;
  };

  it('is acknowledged each time, stored once and handled once', async () => {
    const event = createEvent('payment_intent.succeeded');
    for (let i = 0; i < 3; i++) expect((await apps[0].deliver({ event })).status).toBe(200);
    expect(await counts(event.id)).toEqual({ stored: '1', runs: '1', effects: '1' });
  });

  it('is stored once and handled once when fifty deliveries race on two instances', async () => {
    const events = Array.from({ length: 5 }, () => createEvent('payment_intent.succeeded'));
    const urls = apps.map(({ url }) => url);
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => deliver(urls[i % 2] as string, { event: events[i % 5] })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const { id } of events) expect(await counts(id)).toEqual({ stored: '1', runs: '1', effects: '1' });
  });
});
