import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { Column, DataSource, Entity, type EntityManager, PrimaryColumn } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source-options.js';
import { createEvent } from '../src/event-factories/create-event.js';
import { HandlerTransaction } from '../src/event-processing/handler-transaction.js';
import { leaveEffect, processingTest } from './harness/processing-test.js';
import { Gate, scripted } from './harness/scripted-handlers.js';
import { createDatabase, type TestDatabase } from './harness/stack.js';
import { StoreWatch } from './harness/store-watch.js';

@Entity('note')
class Note {
  @PrimaryColumn('text')
  id: string;

  @Column('text', { default: '' })
  words: string;
}

const HELD = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`;

describe('the transaction of a handler', () => {
  let database: TestDatabase;
  let watch: StoreWatch;
  const opened: DataSource[] = [];

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await watch.query(`CREATE TABLE note (id text PRIMARY KEY, words text NOT NULL DEFAULT '')`);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
    await watch.query('TRUNCATE note');
  });
  afterAll(async () => {
    await watch.close();
    await database.drop();
  });

  const connect = async (poolSize: number): Promise<DataSource> => {
    const options = { ...dataSourceOptions(database.url, poolSize), entities: [Note] };
    const dataSource = await new DataSource(options).initialize();
    opened.push(dataSource);
    return dataSource;
  };
  const write = (db: Pick<EntityManager, 'query'>, id: string) =>
    db.query('INSERT INTO note (id) VALUES ($1)', [id]);
  const kept = async () =>
    (await watch.query<{ id: string }>('SELECT id FROM note ORDER BY id')).map(({ id }) => id);
  /** The pool works, with a transaction of its own, and nobody is left in another one. */
  const expectUsable = async (dataSource: DataSource) => {
    const next = await HandlerTransaction.open(dataSource);
    await write(next.manager, 'next');
    await next.commit();
    await next.release();
    await dataSource.query('SELECT 1');
    expect(await watch.query(HELD)).toEqual([]);
  };

  /** Lets new connections to the database in, or keeps them out. */
  const doorkeeper = () => {
    const url = new URL(database.url);
    const name = url.pathname.slice(1);
    url.pathname = '/postgres'; // Nobody can lock the door of a room that he is in.
    return async (allowed: boolean) => {
      const client = new Client({ connectionString: url.href });
      await client.connect();
      await client.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS ${allowed}`);
      await client.end();
    };
  };

  it('needs no connection as long as there is no statement', async () => {
    const dataSource = await connect(1);
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    for (const end of ['release', 'rollback', 'abandon'] as const) {
      const transaction = await HandlerTransaction.open(dataSource);
      expect(transaction.begun).toBe(false);
      await transaction[end](new Error('time is up'));
      expect(transaction.begun).toBe(false);
      await transaction.release();
    }
    await holder.release();
    await expectUsable(dataSource);
  });

  it('has its connection from the first statement to the end, and its own', async () => {
    const dataSource = await connect(2);
    const transaction = await HandlerTransaction.open(dataSource);
    expect(await watch.query(HELD)).toEqual([]);
    await transaction.manager.query('SELECT 1');
    expect(transaction.begun).toBe(true);
    expect(await watch.query(HELD)).toHaveLength(1);
    await transaction.rollback();
    await transaction.release();
    expect(await watch.query(HELD)).toEqual([]);
  });

  it('commits what was written, in one transaction that sees its own writes', async () => {
    const dataSource = await connect(2);
    const transaction = await HandlerTransaction.open(dataSource);
    const { manager } = transaction;
    const warnings: unknown[] = [];
    const connected = manager.queryRunner
      ?.connect()
      .then((client: Client) => client.on('notice', (notice) => warnings.push(notice.message)));
    await Promise.all([connected, write(manager, 'a'), write(manager, 'b')]);
    const at = 'SELECT now(), pg_current_xact_id() AS id';
    const [first] = await manager.query<object[]>(at);
    expect(await manager.findBy(Note, {})).toHaveLength(2);
    expect(await kept()).toEqual([]);
    expect(await manager.query(at)).toEqual([first]);
    await transaction.commit();
    await transaction.release();
    expect(await kept()).toEqual(['a', 'b']);
    expect(warnings).toEqual([]); // of a second BEGIN
    await expectUsable(dataSource);
  });

  it.each<[string, (manager: EntityManager) => Promise<unknown>]>([
    ['SQL', (manager) => write(manager, 'a')],
    ['save()', (manager) => manager.save(Note, { id: 'a', words: 'saved' })],
    ['insert()', (manager) => manager.insert(Note, { id: 'a' })],
    ['a repository', (manager) => manager.getRepository(Note).save([{ id: 'a' }, { id: 'b' }])],
    [
      'a query builder',
      (manager) => manager.createQueryBuilder().insert().into(Note).values({ id: 'a' }).execute(),
    ],
    ['a nested transaction', (manager) => manager.transaction((inner) => write(inner, 'a'))],
  ])('undoes what was written first by %s', async (_way, writeBy) => {
    const dataSource = await connect(2);
    const transaction = await HandlerTransaction.open(dataSource);
    await writeBy(transaction.manager);
    expect(transaction.begun).toBe(true);
    expect(await kept()).toEqual([]);
    await transaction.rollback();
    await transaction.release();
    expect(await kept()).toEqual([]);
    await expectUsable(dataSource);
  });

  it.each([
    ['first of all', []],
    ['after others', ['outer']],
  ])('undoes only the nested transaction that failed, %s', async (_when, before) => {
    const dataSource = await connect(2);
    const transaction = await HandlerTransaction.open(dataSource);
    const { manager } = transaction;
    for (const id of before) await write(manager, id);
    const nested = manager.transaction(async (inner) => {
      await write(inner, 'undone');
      throw new Error('changed its mind');
    });
    await expect(nested).rejects.toThrow('changed its mind');
    await manager.transaction((inner) => write(inner, 'nested'));
    await write(manager, 'rest');
    expect(await kept()).toEqual([]);
    await transaction.commit();
    await transaction.release();
    expect(await kept()).toEqual(['nested', ...before, 'rest']);
  });

  it('gives back a connection that comes after it was given up, unused', async () => {
    const dataSource = await connect(1);
    const holder = dataSource.createQueryRunner();
    await holder.connect();
    const transaction = await HandlerTransaction.open(dataSource);
    const late = Promise.allSettled([write(transaction.manager, 'late')]);
    expect(transaction.begun).toBe(true);
    transaction.closeToHandler();
    transaction.abandon(new Error('time is up'));
    const released = transaction.release();
    await holder.release();
    await released;
    expect(await late).toMatchObject([{ status: 'rejected', reason: { message: 'time is up' } }]);
    await expectUsable(dataSource);
    expect(await kept()).toEqual(['next']);
  });

  it('tells the handler when no connection is to be had, and gives nothing back', async () => {
    const dataSource = await connect(1);
    const allowConnections = doorkeeper();
    await allowConnections(false);
    await watch.query(
      `SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const transaction = await HandlerTransaction.open(dataSource);
    await expect(write(transaction.manager, 'a')).rejects.toMatchObject({ code: '55000' });
    await expect(transaction.query('SELECT 1')).rejects.toMatchObject({ code: '55000' });
    await transaction.rollback();
    await transaction.release();
    await allowConnections(true);
    await expectUsable(dataSource);
  });

  it.each<[string, (manager: EntityManager) => Promise<unknown>]>([
    ['SQL', (manager) => write(manager, 'a')],
    ['save()', (manager) => manager.save(Note, { id: 'a' })],
    ['a nested transaction', (manager) => manager.transaction((inner) => write(inner, 'a'))],
    ['the bare connection', async (manager) => manager.queryRunner?.connect()],
  ])('does not begin when all is over: %s is refused', async (_way, writeBy) => {
    const dataSource = await connect(1);
    const transaction = await HandlerTransaction.open(dataSource);
    transaction.closeToHandler();
    await expect(writeBy(transaction.manager)).rejects.toThrow('attempt has ended');
    expect(transaction.begun).toBe(false);
    await transaction.release();
    await expect(writeBy(transaction.manager)).rejects.toThrow(/attempt has ended|already released/);
    expect(await kept()).toEqual([]);
    await expectUsable(dataSource);
  });

  it('takes nothing more from the handler when all is over, and commits what there was', async () => {
    const dataSource = await connect(1);
    const transaction = await HandlerTransaction.open(dataSource);
    await write(transaction.manager, 'a');
    transaction.closeToHandler();
    await expect(write(transaction.manager, 'b')).rejects.toThrow('attempt has ended');
    await transaction.query(`INSERT INTO note (id) VALUES ('c')`);
    await transaction.commit();
    await transaction.release();
    expect(await kept()).toEqual(['a', 'c']);
  });

  it('that lost its connection fails, leaves nothing, and the next one has another', async () => {
    const dataSource = await connect(1);
    const transaction = await HandlerTransaction.open(dataSource);
    await write(transaction.manager, 'a');
    const [session] = await transaction.manager.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
    await watch.query('SELECT pg_terminate_backend($1, 60000)', [session?.pid]);
    await expect(write(transaction.manager, 'b')).rejects.toBeInstanceOf(Error);
    await transaction.rollback();
    await transaction.release();
    await expectUsable(dataSource);
    expect(await kept()).toEqual(['next']);
  });
});

describe('an application', () => {
  const test = processingTest();

  it('holds no transaction for a handler that waits before it writes, and notes its success once', async () => {
    const isIn = new Gate();
    const mayGo = new Gate();
    const app = await test.start([
      scripted({ id: 'waits' }, async () => {
        isIn.open();
        await mayGo.opened;
      }),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    await isIn.opened;
    // Others have transactions, too; only one that the handler holds would never end.
    while ((await test.watch.query(HELD)).length > 0);
    mayGo.open();
    expect(await test.watch.untilFinished([event.id])).toMatchObject([{ status: 'succeeded' }]);
    expect(await test.attemptsOf(event.id)).toMatchObject([{ attempt: 1, outcome: 'succeeded' }]);
  });

  it('notes the success of handlers that write and of those that do not once each', async () => {
    const app = await test.start([
      scripted({ id: 'writes' }, async (event, ctx) => void (await leaveEffect(event, ctx))),
      scripted({ id: 'thinks' }, () => Promise.resolve()),
    ]);
    const events = Array.from({ length: 10 }, () => createEvent('payment_intent.succeeded'));
    await Promise.all(events.map((event) => app.deliver({ event })));
    const runs = await test.watch.untilFinished(events.map(({ id }) => id));
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['succeeded']));
    for (const { id } of events) {
      const succeeded = { attempt: 1, outcome: 'succeeded', error: null };
      expect(await test.attemptsOf(id)).toEqual([succeeded, succeeded]);
      expect(await test.effectsOf(id)).toBe(1);
    }
  });

  it('does not count an attempt that wrote nothing when another worker has taken its run over', async () => {
    const firstIsIn = new Gate();
    const firstMayGo = new Gate();
    const app = await test.start([
      scripted({ id: 'idle-zombie' }, async (_event, ctx) => {
        if (ctx.attempt > 1) return;
        firstIsIn.open();
        await firstMayGo.opened;
      }),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    await firstIsIn.opened;
    await test.watch.query(`UPDATE handler_run SET lease_until = clock_timestamp() WHERE event_id = $1`, [
      event.id,
    ]);
    await test.watch.untilFinished([event.id]);
    firstMayGo.open();
    await app.stop(); // so the first attempt has ended
    expect(await test.attemptsOf(event.id)).toMatchObject([
      { attempt: 1, outcome: 'lost' },
      { attempt: 2, outcome: 'succeeded' },
    ]);
  });
});
