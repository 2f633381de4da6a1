import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { fill, makeMonths } from '../../bench/admin-queries/fill.js';
import { pageOf, readBy } from '../../bench/admin-queries/measure.js';
import { questions } from '../../bench/admin-queries/questions.js';
import { createDatabase, type TestDatabase } from '../harness/stack.js';

const EVENTS = 20_000;
const ago = (days: number) => new Date(Date.now() - days * 86_400_000);

/** Two ways are counted along for a thousand rows each, and what they find is checked. */
const MOST_ROWS = 5_000;

describe('a page of events', () => {
  let database: TestDatabase;
  let db: Client;

  beforeAll(async () => {
    database = await createDatabase();
    db = new Client({ connectionString: database.url });
    await db.connect();
    await makeMonths(db, new Date());
    await fill(db, EVENTS);
  });
  afterAll(async () => {
    await db.end();
    await database.drop();
  });

  const all = Object.entries(questions(EVENTS));

  it.each(all)('is read from an index, not from the whole table: %s', async (_name, filter) => {
    for (const deep of [false, true]) {
      expect(await readBy(db, filter, pageOf(filter, deep))).toBeLessThan(MOST_ROWS);
    }
  });

  // From a time of arrival on, up to 20,000 events are sorted for each page.
  const inOrder = all.filter(([, { receivedFrom }]) => !receivedFrom);

  it.each(inOrder)('is also read so where a bulk replay asks for it: %s', async (_name, filter) => {
    const receivedBefore = filter.receivedBefore ?? new Date();
    const after = { at: filter.createdFrom ?? filter.receivedFrom ?? ago(200), id: 'evt_5' };
    const page = { order: 'oldest' as const, limit: 50, after };
    expect(await readBy(db, { ...filter, receivedBefore }, page)).toBeLessThan(MOST_ROWS);
  });

  it.each([
    ['stripe_event_newest', 'no filter'],
    ['stripe_event_type', 'type, none'],
    ['stripe_event_account', 'account, none'],
    ['stripe_event_received', 'received, nothing yet'],
    ['stripe_event_object', 'object, none'],
    ['stripe_event_related', 'id in the payload'],
    ['handler_run_state', 'status running, none'],
  ])('would be read from the whole table without %s: %s', async (index, name) => {
    const filter = questions(EVENTS)[name] ?? {};
    await db.query('BEGIN');
    try {
      await db.query(`DROP INDEX ${index}`);
      expect(await readBy(db, filter, pageOf(filter, false))).toBeGreaterThan(MOST_ROWS);
    } finally {
      await db.query('ROLLBACK');
    }
  });
});
