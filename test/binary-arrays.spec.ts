import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Client } from 'pg';
import { booleanArray, textArray, timeArray } from '../src/database/binary-array.js';
import { type IngestRow, ingestStatement } from '../src/event-store/ingest-statement.js';
import { createDatabase, type TestDatabase } from './harness/stack.js';

describe('an array in Postgres’ binary format', () => {
  let database: TestDatabase;
  let db: Client;

  beforeAll(async () => {
    database = await createDatabase();
    db = new Client({ connectionString: database.url });
    await db.connect();
  });
  afterAll(async () => {
    await db.end();
    await database.drop();
  });

  /** What Postgres understood, each element by itself. */
  const understood = async (type: string, array: Buffer): Promise<unknown[]> => {
    const { rows } = await db.query<{ value: unknown }>(
      `SELECT value FROM unnest($1::${type}[]) WITH ORDINALITY AS list (value, position) ORDER BY position`,
      [array],
    );
    return rows.map(({ value }) => value);
  };
  const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
  /** As UTF-8 has it: what is half a character is none. */
  const asStored = (value: string | null) => value && Buffer.from(value).toString();

  it.each([
    ['none', []],
    ['one that is empty', ['']],
    ['NULL among others', [null, 'a', null]],
    ['the word NULL', ['NULL', 'null']],
    ['what an array literal would have to escape', ['{a,"b"}', '\\', ',', ' a ', '{}']],
    ['more than one byte a character', ['é', '😀', '\u{10FFFF}', '\uFEFF']],
    ['half a surrogate pair', ['\ud800', 'a\udfff']],
  ] satisfies [string, (string | null)[]][])('of texts holds %s', async (_title, values) => {
    expect(await understood('text', textArray(values))).toEqual(values.map(asStored));
  });

  it('of texts holds any texts', async () => {
    const lists = fc.array(fc.option(text));
    await fc.assert(
      fc.asyncProperty(lists, async (values) => {
        expect(await understood('text', textArray(values))).toEqual(values.map(asStored));
      }),
    );
  });

  it('of times and booleans holds any of them, to the millisecond', async () => {
    const times = fc.array(
      fc.date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
    );
    await fc.assert(
      fc.asyncProperty(times, fc.array(fc.boolean()), async (dates, booleans) => {
        expect(await understood('timestamptz', timeArray(dates))).toEqual(dates);
        expect(await understood('boolean', booleanArray(booleans))).toEqual(booleans);
      }),
    );
  });

  it.each([
    ['a NUL', 'text', textArray(['a\0b'])],
    ['an invalid date', 'timestamptz', timeArray([new Date(Number.NaN)])],
  ])('with %s is refused by Postgres as data', async (_title, type, array) => {
    await expect(understood(type, array)).rejects.toMatchObject({ code: expect.stringMatching(/^22/) });
  });

  it('stores related ids as they are, whatever is in them', async () => {
    const ids = ['cus_1', 'a,b', '{"c"}', '\\', '', 'NULL', '😀'];
    const event = (id: string, relatedIds: string[]): IngestRow => ({
      event: {
        id,
        created: new Date(),
        kind: 'snapshot',
        source: 'direct',
        account: null,
        context: null,
        livemode: true,
        type: 'invoice.paid',
        apiVersion: null,
        objectId: null,
        objectType: null,
        relatedIds,
        signedWith: 'test',
        payload: '{}',
      },
      runs: [],
    });
    const { text: statement, values } = ingestStatement([event('evt_all', ids), event('evt_none', [])], 0);
    await db.query(statement, values);
    const { rows } = await db.query('SELECT id, related_ids FROM stripe_event ORDER BY id');
    expect(rows).toEqual([
      { id: 'evt_all', related_ids: ids },
      { id: 'evt_none', related_ids: [] },
    ]);
  });
});
