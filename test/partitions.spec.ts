import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { createEvent } from '../src/event-factories/create-event.js';
import { ensurePartitions, month } from '../src/event-store/partitions.js';
import { TestApp } from './harness/app.js';
import { Roadblock } from './harness/roadblock.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';

const DEFAULT_PARTITION = 'stripe_event_default';

describe('the monthly partitions of the event store', () => {
  let database: TestDatabase;
  let db: DataSource;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    db = await new DataSource(dataSourceOptions(database.url, 4)).initialize();
    const env = { ROLE: 'api', INGEST_TIMEOUT_MS: '1000' };
    app = await TestApp.start({
      databaseUrl: database.url,
      redisUrl: redisUrl(),
      prefix: uniquePrefix(),
      env,
    });
  });
  afterAll(async () => {
    await app.stop();
    await db.destroy();
    await database.drop();
  });

  const partitions = async () => {
    const rows = await db.query<{ name: string }[]>(
      `SELECT inhrelid::regclass::text AS name FROM pg_inherits
       WHERE inhparent = 'stripe_event'::regclass ORDER BY 1`,
    );
    return rows.map(({ name }) => name).filter((name) => name !== DEFAULT_PARTITION);
  };
  const around = (now: Date) => [-1, 0, 1, 2, 3].map((offset) => month(now, offset).table);

  /** Stores an event of a month over HTTP, with text that only survives byte for byte. */
  const deliverIn = async (day: string) => {
    const created = Date.parse(day) / 1_000;
    const body = JSON.stringify(createEvent('invoice.paid', { created })).replace(
      '"livemode"',
      String.raw`"odd" :  "\u0000 \ud800 é 😀", "number": 12345678901234567890, "livemode"`,
    );
    expect((await app.deliver({ body })).status).toBe(200);
    return { id: (JSON.parse(body) as { id: string }).id, body };
  };
  /** Where an event is, and all of its row. */
  const find = (id: string) =>
    db.query<{ partition: string; row: Record<string, unknown> }[]>(
      'SELECT tableoid::regclass AS partition, to_json(e) AS row FROM stripe_event e WHERE id = $1',
      [id],
    );

  it('exist at boot for last month, this one and the next three', async () => {
    expect(await partitions()).toEqual(around(new Date()));
  });

  it.each([
    ['2031-01-31T23:59:59Z', 'stripe_event_2030_12 2031_01 2031_02 2031_03 2031_04'],
    ['2032-12-01T00:00:00Z', 'stripe_event_2032_11 2032_12 2033_01 2033_02 2033_03'],
  ])('are made across the turn of a year at %s', async (now, expected) => {
    const made = await ensurePartitions(db.manager, new Date(now));
    expect(made.join(' ').replaceAll(/(?<=.)stripe_event_/g, '')).toBe(expected);
    expect(await ensurePartitions(db.manager, new Date(now))).toEqual([]);
  });

  it.each(['2034-03-01T00:00:00Z', '2035-03-31T23:59:59Z'])(
    'take over what was stored before they were made: an event of %s',
    async (time) => {
      const { id, body } = await deliverIn(time);
      const [before] = await find(id);
      expect(before).toMatchObject({ partition: DEFAULT_PARTITION, row: { payload: body } });
      const outside = await deliverIn(time.replace('-03-', '-10-'));

      await ensurePartitions(db.manager, new Date(time));
      expect(await find(id)).toEqual([{ ...before, partition: month(new Date(time), 0).table }]);
      expect(await find(outside.id)).toMatchObject([{ partition: DEFAULT_PARTITION }]);
      // It is still known: sent again, it is not stored again.
      expect((await app.deliver({ body })).status).toBe(200);
      expect(await find(id)).toHaveLength(1);
    },
  );

  it('are made once by ten callers at once, while events of their months arrive', async () => {
    const now = new Date('2036-06-10T00:00:00Z');
    const days = Array.from({ length: 30 }, (_, i) => `2036-0${5 + (i % 5)}-${String(10 + (i % 19))}`);
    const callers = await Promise.all(
      Array.from({ length: 10 }, () => new DataSource(dataSourceOptions(database.url, 1)).initialize()),
    );
    const making = Promise.allSettled(callers.map(({ manager }) => ensurePartitions(manager, now)));
    const delivered = await Promise.all(days.map(deliverIn));
    const outcomes = await making;
    await Promise.all(callers.map((caller) => caller.destroy()));
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([]);
    const made = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
    expect(made.toSorted()).toEqual(around(now));
    expect(await partitions()).toEqual(expect.arrayContaining(around(now)));
    for (const { id, body } of delivered) {
      const [stored, ...more] = await find(id);
      expect(stored?.row.payload).toBe(body);
      expect(stored?.partition).toMatch(/^stripe_event_2036_/);
      expect(more).toEqual([]);
    }
  });

  it('keep no event waiting when somebody reads the store for long while they are made', async () => {
    const reader = await Roadblock.open(database.url);
    await reader.lock('SELECT FROM stripe_event');
    const now = new Date('2038-01-01T00:00:00Z');
    const making = ensurePartitions(db.manager, now).catch(() => []); // another time, then
    await Promise.race([reader.untilWaiting(), making]);
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () =>
        app.deliver({ event: createEvent('invoice.paid') }).then(({ status }) => status),
      ),
    );
    await reader.close();
    await making;
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    await ensurePartitions(db.manager, now);
    expect(await partitions()).toEqual(expect.arrayContaining(around(now)));
  });
});
