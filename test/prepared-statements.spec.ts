import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresPool } from '../src/database/postgres-pool.js';
import { createDatabase, type TestDatabase } from './harness/stack.js';

describe('a prepared statement', () => {
  let database: TestDatabase;
  let pool: PostgresPool;

  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(async () => {
    // One connection, so that each statement meets what the one before has left there.
    pool = new PostgresPool({ url: database.url, name: 'test', size: 1, timeoutMs: 10_000 });
    await pool.query('DROP TABLE IF EXISTS thing', []);
    await pool.query('CREATE TABLE thing (name text, size int)', []);
  });
  afterEach(() => pool.end());

  const add = (name: string) =>
    pool.queryPrepared({
      name: 'add',
      text: 'INSERT INTO thing (name) VALUES ($1) RETURNING *',
      values: [name],
    });
  const names = async () =>
    (await pool.query<{ name: string }>('SELECT name FROM thing ORDER BY name', [])).map(({ name }) => name);
  const prepared = async () => {
    const rows = await pool.query<{ calls: string }>(
      'SELECT generic_plans + custom_plans AS calls FROM pg_prepared_statements',
      [],
    );
    return rows.map(({ calls }) => Number(calls));
  };

  it('is prepared once for each connection', async () => {
    for (const name of ['a', 'b', 'c']) await add(name);
    expect(await prepared()).toEqual([3]);
  });

  it.each([
    ['the server has forgotten it', 'DEALLOCATE ALL'],
    ['the connection was reset', 'DISCARD ALL'],
    ['a migration changed what it returns', 'ALTER TABLE thing ALTER size TYPE bigint'],
    ['a migration added a column to what it returns', 'ALTER TABLE thing ADD weight int'],
  ])('is run all the same when %s, once, and prepared again', async (_title, change) => {
    await add('a');
    await pool.query(change, []);
    await add('b');
    await add('c');
    expect(await names()).toEqual(['a', 'b', 'c']);
    expect(await prepared()).toEqual([1]);
  });

  it('is run all the same when another one has its name, as behind a pooler', async () => {
    await pool.query('PREPARE add AS SELECT 1', []);
    expect(await add('a')).toEqual([{ name: 'a', size: null }]);
    expect(await names()).toEqual(['a']);
  });

  it('that fails for what it was given is not run again, and its connection stays', async () => {
    await pool.query('CREATE UNIQUE INDEX ON thing (name)', []);
    await add('a');
    await expect(add('a')).rejects.toMatchObject({ code: '23505' });
    await add('b');
    expect(await prepared()).toEqual([3]);
  });
});
