import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { migrations } from '../migrations/index.js';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { migrate } from '../src/database/migrate.js';
import { ensurePartitions } from '../src/event-store/partitions.js';
import { Migrator } from './harness/migrator.js';
import { createDatabase, type TestDatabase } from './harness/stack.js';

const PROCESSES = 10;

const INSERT_EVENT = `
  INSERT INTO stripe_event (id, created, kind, source, livemode, type, signed_with, payload)
  VALUES ('evt_1', now(), 'snapshot', 'direct', false, 'invoice.paid', 'test', '{}')`;

/** Every column, index, constraint and trigger, as text. */
const SCHEMA = `
  SELECT format('%s.%s %s %s %s', table_name, column_name, data_type, is_nullable, column_default) AS line
  FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT format('%s %s', conrelid::regclass, pg_get_constraintdef(oid)) FROM pg_constraint
  WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
  ORDER BY line`;

describe('the migrations', () => {
  let database: TestDatabase;
  let db: DataSource;

  beforeEach(async () => {
    database = await createDatabase();
    db = await new DataSource(dataSourceOptions(database.url, 2)).initialize();
  });
  afterEach(async () => {
    await db.destroy();
    await database.drop();
  });

  const empty = () => db.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const schema = async () => (await db.query<{ line: string }[]>(SCHEMA)).map(({ line }) => line);
  const names = migrations.map((migration) => new migration().name);

  it('run once each when ten processes start on an empty database at once', async () => {
    const expected = await schema();
    await empty();
    const processes = await Promise.all(
      Array.from({ length: PROCESSES }, () => Migrator.start(database.url)),
    );
    const outcomes = await Promise.all(processes.map((process) => process.migrate()));
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(Array.from(processes, () => 0));
    expect(outcomes.flatMap(({ ran }) => ran)).toEqual(names);
    expect(await db.query('SELECT name FROM schema_migration ORDER BY id')).toEqual(
      names.map((name) => ({ name })),
    );
    expect(await schema()).toEqual(expected);
  });

  it('can each be taken back, with data and partitions in the tables, and run again', async () => {
    const expected = await schema();
    await ensurePartitions(db.manager, new Date());
    await db.query(INSERT_EVENT);
    for (const _ of names) await db.undoLastMigration();
    const tables = `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`;
    const functions = `SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`;
    expect(await db.query(tables)).toEqual([{ tablename: 'schema_migration' }]);
    expect(await db.query(functions)).toEqual([]);
    expect(await migrate(database.url)).toEqual(names);
    expect(await schema()).toEqual(expected);
  });

  it('do nothing to a database that is up to date', async () => {
    expect(await migrate(database.url)).toEqual([]);
  });

  it.each(['UPDATE stripe_event SET payload = id', 'DELETE FROM stripe_event'])(
    'make a store that refuses %s, in the table and in its partitions',
    async (statement) => {
      await ensurePartitions(db.manager, new Date());
      await db.query(INSERT_EVENT);
      const [{ partition }] = await db.query<[{ partition: string }]>(
        'SELECT tableoid::regclass AS partition FROM stripe_event',
      );
      expect(partition).not.toBe('stripe_event_default');
      await expect(db.query(statement)).rejects.toThrow('append-only');
      await expect(db.query(statement.replace('stripe_event', partition))).rejects.toThrow('append-only');
      expect(await db.query('SELECT id, payload FROM stripe_event')).toEqual([
        { id: 'evt_1', payload: '{}' },
      ]);
    },
  );

  it('make a store that refuses to be truncated', async () => {
    await db.query(INSERT_EVENT);
    await expect(db.query('TRUNCATE stripe_event')).rejects.toThrow('append-only');
    expect(await db.query('SELECT id FROM stripe_event')).toEqual([{ id: 'evt_1' }]);
  });
});
