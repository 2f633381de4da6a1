import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { RunGroups } from '../src/event-processing/run-groups.js';
import { TestApp } from './harness/app.js';
import { Roadblock } from './harness/roadblock.js';
import { scripted } from './harness/scripted-handlers.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';
import { StoreWatch } from './harness/store-watch.js';

const LEASE_MS = 60_000;
const now = Math.floor(Date.now() / 1000);

const idle = () => Promise.resolve();
const features = [
  scripted({ id: 'plain' }, idle),
  scripted({ id: 'other' }, idle),
  scripted({ id: 'ordered', ordering: 'object' }, idle),
];

describe('runs that are started and ended in the same moment', () => {
  let database: TestDatabase;
  let watch: StoreWatch;
  let roadblock: Roadblock;
  let app: TestApp;
  let groups: RunGroups;

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    roadblock = await Roadblock.open(database.url);
    const servers = { databaseUrl: database.url, redisUrl: redisUrl(), prefix: uniquePrefix() };
    // Nobody but the test works on the runs.
    app = await TestApp.start({ ...servers, features, env: { ROLE: 'api' } });
  });
  beforeEach(async () => {
    await watch.query('DELETE FROM handler_run');
    groups = new RunGroups(database.url);
  });
  afterEach(async () => {
    await roadblock.lift();
    await groups.end();
  });
  afterAll(async () => {
    await app.stop();
    await roadblock.close();
    await watch.close();
    await database.drop();
  });

  /** Delivers an event; resolves with its run of this handler. */
  const delivered = async (handlerId: string, objectId = 'pi_1', age = 0): Promise<string> => {
    const event = createEvent('payment_intent.succeeded', { created: now - age, object: { id: objectId } });
    expect((await app.deliver({ event })).status).toBe(200);
    const [run] = await watch.query<{ id: string }>(
      'SELECT id FROM handler_run WHERE event_id = $1 AND handler_id = $2',
      [event.id, handlerId],
    );
    return run?.id ?? '';
  };
  const three = async (): Promise<[string, string, string]> => [
    await delivered('plain', 'pi_1'),
    await delivered('plain', 'pi_2'),
    await delivered('plain', 'pi_3'),
  ];
  /** Asks for all of them in the same tick. */
  const claim = (...ids: string[]) =>
    Promise.all(ids.map((id) => groups.claim({ id, attempts: 0, leaseMs: LEASE_MS })));
  const succeed = (...ids: string[]) => Promise.all(ids.map((id) => groups.succeed({ id, attempts: 1 })));
  const startedIds = (runs: ({ id: string } | undefined)[]) => runs.map((run) => run?.id);
  const rowsOf = (...ids: string[]) =>
    watch.query<{ id: string; status: string; attempts: number }>(
      'SELECT id, status, attempts FROM handler_run WHERE id = ANY ($1) ORDER BY id',
      [ids],
    );
  /** How many transactions wrote these runs last. */
  const transactionsOf = async (...ids: string[]) => {
    const [row] = await watch.query<{ n: number }>(
      'SELECT count(DISTINCT xmin::text)::int AS n FROM handler_run WHERE id = ANY ($1)',
      [ids],
    );
    return row?.n;
  };
  const attempts = () =>
    watch.query<{ run_id: string; attempt: number; outcome: string }>(
      'SELECT run_id, attempt, outcome FROM handler_attempt ORDER BY run_id, attempt',
    );
  /** Runs a body in whatever session updates a run, until `undo`. */
  const uponUpdate = async (body: string): Promise<() => Promise<unknown>> => {
    await watch.query(`
      CREATE OR REPLACE FUNCTION test_upon_update() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN ${body} RETURN NULL; END $$`);
    await watch.query(`
      CREATE TRIGGER test_upon_update AFTER UPDATE ON handler_run
      FOR EACH STATEMENT EXECUTE FUNCTION test_upon_update()`);
    return () => watch.query('DROP TRIGGER test_upon_update ON handler_run');
  };

  describe('claims', () => {
    it('share a transaction, and each has the run that it asked for, with its event and its own lease', async () => {
      const ids = await three();
      const leases = [60_000, 600_000, 6_000_000];
      const runs = await Promise.all(
        ids.map((id, i) => groups.claim({ id, attempts: 0, leaseMs: leases[i] ?? 0 })),
      );
      expect(startedIds(runs)).toEqual(ids);
      expect(runs.map((run) => run?.objectId)).toEqual(['pi_1', 'pi_2', 'pi_3']);
      expect(await transactionsOf(...ids)).toBe(1);
      const kept = await watch.query<{ ms: number }>(
        `SELECT extract(epoch FROM lease_until - started_at)::float8 * 1000 AS ms FROM handler_run
         WHERE id = ANY ($1) ORDER BY id`,
        [ids],
      );
      expect(kept.map(({ ms }) => Math.round(ms / 60_000) * 60_000)).toEqual(leases);
    });

    it('of the same run: exactly one has it', async () => {
      const id = await delivered('plain');
      const runs = await claim(id, id, id);
      expect(startedIds(runs).filter((started) => started !== undefined)).toEqual([id]);
      expect(await rowsOf(id)).toEqual([{ id, status: 'running', attempts: 1 }]);
      expect(await claim(id)).toEqual([undefined]);
    });

    it('of a run that somebody has locked wait for them, and no other claim does', async () => {
      const [before, locked, after] = await three();
      await roadblock.lock('SELECT FROM handler_run WHERE id = $1 FOR UPDATE', [locked]);
      const late = claim(locked);
      expect(startedIds(await claim(before, after))).toEqual([before, after]);
      await roadblock.untilWaiting();
      await roadblock.lift();
      expect(startedIds(await late)).toEqual([locked]);
    });

    it('of a run that somebody else starts have nothing', async () => {
      const locked = await delivered('plain');
      await roadblock.lock(`UPDATE handler_run SET status = 'running', attempts = 1 WHERE id = $1`, [locked]);
      const late = claim(locked);
      await roadblock.untilWaiting();
      await roadblock.commit('SELECT');
      expect(await late).toEqual([undefined]);
    });

    it('leave out the runs of a paused handler, and start the others', async () => {
      const paused = await delivered('other');
      const [first, second] = await three();
      await watch.query(`INSERT INTO paused_handler (handler_id, paused_by) VALUES ('other', 'test')`);
      expect(startedIds(await claim(first, paused, second))).toEqual([first, undefined, second]);
      await watch.query('DELETE FROM paused_handler');
      expect(startedIds(await claim(paused))).toEqual([paused]);
    });

    it('of two runs for the same object start the older one only', async () => {
      const newer = await delivered('ordered', 'pi_same', 1);
      const older = await delivered('ordered', 'pi_same', 2);
      expect(startedIds(await claim(newer, older))).toEqual([undefined, older]);
    });

    it.each([
      ['in a group', true],
      ['alone', false],
    ])(
      '%s: a run whose object another worker has just begun is left, and nothing else',
      async (_, grouped) => {
        const older = await delivered('ordered', 'pi_same', 2);
        const newer = await delivered('ordered', 'pi_same', 1);
        const others = grouped ? [await delivered('ordered', 'pi_a'), await delivered('plain')] : [];
        await roadblock.lock(`UPDATE handler_run SET status = 'running', attempts = 1 WHERE id = $1`, [
          newer,
        ]);
        const claims = claim(older, ...others);
        await roadblock.untilWaiting(1, 'handler_run');
        await roadblock.commit('SELECT 1');
        expect(startedIds(await claims)).toEqual([undefined, ...others]);
        expect(await rowsOf(older)).toEqual([{ id: older, status: 'pending', attempts: 0 }]);
      },
    );

    it('that Postgres undoes because of a deadlock are made one by one', async () => {
      const ids = await three();
      await watch.query('CREATE SEQUENCE deadlock');
      const undo = await uponUpdate(
        `IF nextval('deadlock') = 1 THEN RAISE EXCEPTION USING ERRCODE = 'deadlock_detected'; END IF;`,
      );
      const runs = await claim(...ids);
      await undo();
      expect(startedIds(runs)).toEqual(ids);
      expect(await transactionsOf(...ids)).toBe(3);
      expect((await rowsOf(...ids)).map((row) => row.attempts)).toEqual([1, 1, 1]);
    });

    it('that fail for another reason tell so to all', async () => {
      const ids = await three();
      const undo = await uponUpdate(`RAISE EXCEPTION 'disk full' USING ERRCODE = 'disk_full';`);
      const claims = await Promise.allSettled(
        ids.map((id) => groups.claim({ id, attempts: 0, leaseMs: LEASE_MS })),
      );
      await undo();
      const failed = { status: 'rejected', reason: { code: '53100' } };
      expect(claims).toMatchObject([failed, failed, failed]);
      expect(startedIds(await claim(...ids))).toEqual(ids);
    });
  });

  describe('claims of what has waited longest', () => {
    it('have a run each, those that waited longest, as long as there are some', async () => {
      const [first, second, third] = await three();
      const waitedFor = (id: string, minutes: number) =>
        watch.query(
          `UPDATE handler_run SET next_attempt_at = clock_timestamp() - $2 * interval '1 minute' WHERE id = $1`,
          [id, minutes],
        );
      await waitedFor(first, 1);
      await waitedFor(second, 3);
      await waitedFor(third, 2);
      const next = (n: number) =>
        Promise.all(Array.from({ length: n }, () => groups.claimNext('plain', LEASE_MS)));
      expect(startedIds(await next(2))).toEqual([second, third]);
      expect(await transactionsOf(second, third)).toBe(1);
      expect(startedIds(await next(3))).toEqual([first, undefined, undefined]);
    });

    it('of two handlers do not mix', async () => {
      const plain = await delivered('plain');
      const other = await delivered('other');
      // Each event has a run of either handler: what is left belongs to the other event.
      await watch.query('DELETE FROM handler_run WHERE id <> ALL ($1)', [[plain, other]]);
      const runs = await Promise.all(
        ['plain', 'other', 'plain', 'other'].map((handlerId) => groups.claimNext(handlerId, LEASE_MS)),
      );
      expect(startedIds(runs)).toEqual([plain, other, undefined, undefined]);
    });
  });

  describe('successes', () => {
    it('share a transaction and are noted once each', async () => {
      const ids = await three();
      await claim(...ids);
      expect(await succeed(...ids)).toEqual([true, true, true]);
      expect(await attempts()).toEqual(ids.map((id) => ({ run_id: id, attempt: 1, outcome: 'succeeded' })));
      expect(await transactionsOf(...ids)).toBe(1);
    });

    it.each([
      ['another worker has started it', { status: 'running', attempts: 2 }],
      ['it waits for another attempt', { status: 'retrying', attempts: 1 }],
    ])('do not count for a run that was taken over: %s', async (_, { status, attempts: made }) => {
      const [first, lost, last] = await three();
      await claim(first, lost, last);
      await watch.query('UPDATE handler_run SET status = $2, attempts = $3 WHERE id = $1', [
        lost,
        status,
        made,
      ]);
      expect(await succeed(first, lost, last)).toEqual([true, false, true]);
      expect((await attempts()).map((attempt) => attempt.run_id)).toEqual([first, last]);
      expect(await rowsOf(first, lost, last)).toEqual([
        { id: first, status: 'succeeded', attempts: 1 },
        { id: lost, status, attempts: made },
        { id: last, status: 'succeeded', attempts: 1 },
      ]);
    });

    it('of the same attempt: exactly one counts', async () => {
      const id = await delivered('plain');
      await claim(id);
      expect((await succeed(id, id)).filter((counts) => counts)).toEqual([true]);
      expect(await succeed(id)).toEqual([false]);
      expect(await attempts()).toHaveLength(1);
    });
  });

  describe('the connections', () => {
    it('plan each statement once', async () => {
      await watch.query('CREATE TABLE planned (name text, generic int, custom int)');
      const undo = await uponUpdate(
        `INSERT INTO planned SELECT name, generic_plans, custom_plans FROM pg_prepared_statements;`,
      );
      for (const id of await three()) {
        await claim(id);
        await succeed(id);
        await delivered('other', id);
        await groups.claimNext('other', LEASE_MS);
      }
      await undo();
      const planned = await watch.query(
        'SELECT name, max(generic) AS generic, max(custom) AS custom FROM planned GROUP BY name ORDER BY name',
      );
      expect(planned).toEqual(
        ['turnpike_claim', 'turnpike_claim_next', 'turnpike_succeed'].map((name) => ({
          name,
          generic: 3,
          custom: 0,
        })),
      );
    });

    it('keep plans that look runs up by their keys, although the tables were empty when they were made', async () => {
      await watch.query('ANALYZE handler_run');
      const nobody = { id: '1', attempts: 0, leaseMs: LEASE_MS };
      await Promise.all([groups.claim(nobody), groups.claimNext('plain', LEASE_MS), groups.succeed(nobody)]);
      const ids = await Promise.all(Array.from({ length: 200 }, (_, i) => delivered('plain', `pi_${i}`)));
      const rowsRead = async () => {
        await watch.query('SELECT pg_stat_force_next_flush()');
        await watch.query('SELECT pg_stat_clear_snapshot()');
        const [row] = await watch.query<{ n: number }>(
          `SELECT (SELECT sum(idx_tup_read)::int FROM pg_stat_user_indexes WHERE relname = 'handler_run')
                  + (SELECT seq_tup_read::int FROM pg_stat_user_tables WHERE relname = 'handler_run') AS n`,
        );
        return row?.n ?? 0;
      };
      const before = await rowsRead();
      for (const id of ids.slice(-5)) {
        expect(startedIds(await claim(id))).toEqual([id]);
        await groups.claimNext('plain', LEASE_MS);
        expect(await succeed(id)).toEqual([true]);
      }
      // What a session has read is told when it ends.
      await groups.end();
      const ours = `SELECT FROM pg_stat_activity WHERE application_name = 'turnpike runs' AND datname = current_database()`;
      while ((await watch.query(ours)).length > 0);
      expect((await rowsRead()) - before).toBeLessThan(200);
      groups = new RunGroups(database.url);
    });

    it('may forget what was prepared: the next claim starts its run all the same', async () => {
      const [first, second, third] = await three();
      const undo = await uponUpdate('DEALLOCATE ALL;');
      await claim(first);
      await undo();
      expect(startedIds(await claim(second))).toEqual([second]);
      expect(startedIds(await claim(third))).toEqual([third]);
    });

    it('may be lost: the next claim starts its run all the same', async () => {
      const [first, second] = await three();
      await claim(first);
      const OURS = `FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'turnpike runs'`;
      const ended = await watch.query(`SELECT pg_terminate_backend(pid, 60000) ${OURS}`);
      expect(ended).toContainEqual({ pg_terminate_backend: true });
      expect(startedIds(await claim(second))).toEqual([second]);
    });
  });
});
