import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { conditions } from '../src/operator-alerts/conditions.js';
import { loadConfig } from '../src/config/env.js';
import { testEnvironment } from './harness/app.js';
import { createDatabase, type TestDatabase } from './harness/stack.js';

const HISTORY = 20_000;
const DEAD = 500;

/** Pages of 8 KiB: all rows of the history take ten times as many. */
const FEW_PAGES = 150;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

describe('the conditions of alerts', () => {
  let database: TestDatabase;
  let db: Client;

  beforeAll(async () => {
    database = await createDatabase();
    db = new Client({ connectionString: database.url });
    await db.connect();
    await db.query(
      `INSERT INTO handler_run (event_id, event_created, handler_id, status, sweep_at, failed_at, error_fingerprint)
       SELECT 'evt_' || n, now(), 'shop.fulfil', CASE WHEN n > $1 THEN 'succeeded' ELSE 'dead' END, now(), now(), 'a'
       FROM generate_series(1, $2::int) n`,
      [DEAD, HISTORY],
    );
    await db.query(
      `INSERT INTO issuing_decision (event_id, livemode, requested_at, decided_at, approved, granted, partial, reason,
                                     fallback, latency_ms, mismatched_at)
       SELECT 'evt_' || n, true, now(), now(), true, 1, false, 'decided', false, 1, CASE WHEN n <= 50 THEN now() END
       FROM generate_series(1, $1::int) n`,
      [HISTORY],
    );
    await db.query(
      `INSERT INTO issuing_authorization (authorization_id, reported_at, status, approved, amount, applied)
       SELECT 'iauth_' || n, now(), 'closed', true, 1, '[]' FROM generate_series(1, $1::int) n`,
      [HISTORY],
    );
    await db.query('VACUUM ANALYZE handler_run, issuing_decision, issuing_authorization');
  }, 60_000);
  afterAll(async () => {
    await db.end();
    await database.drop();
  });

  /** What a condition reads: index by index, and pages in all. */
  const read = async (kind: string) => {
    const condition = conditions.find((one) => one.kind === kind);
    if (!condition) throw new Error(`There is no condition ${kind}`);
    const servers = { databaseUrl: database.url, redisUrl: 'redis://localhost', prefix: '{t}' };
    const limit = condition.limit(loadConfig(testEnvironment(servers)));
    // As the statement has it where it is used: with its second parameter.
    const { rows } = await db.query<{ 'QUERY PLAN': { Plan: Plan }[] }>(
      `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${condition.findings.replaceAll('$2', '$1')}`,
      [limit],
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    if (!plan) throw new Error('There is no plan');
    return {
      indexes: nodes(plan).flatMap((node) => node['Index Name'] ?? []),
      scanned: nodes(plan).flatMap((node) =>
        node['Node Type'] === 'Seq Scan' ? [node['Relation Name'] ?? ''] : [],
      ),
      pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
    };
  };

  it.each([
    ['dead_runs', ['handler_run_dead']],
    ['issuing_mismatch', ['issuing_decision_mismatched', 'issuing_authorization_undecided']],
  ])('read what is wrong, not all history: %s', async (kind, indexes) => {
    const found = await read(kind);
    expect(found.indexes).toEqual(expect.arrayContaining(indexes));
    for (const table of ['handler_run', 'issuing_decision', 'issuing_authorization'])
      expect(found.scanned).not.toContain(table);
    expect(found.pages).toBeLessThan(FEW_PAGES);
  });

  it.each([
    ['dead_runs', 'handler_run_dead, handler_run_failing, handler_run_state'],
    ['issuing_mismatch', 'issuing_decision_mismatched'],
  ])('would read all history without their indexes: %s', async (kind, indexes) => {
    await db.query('BEGIN');
    try {
      await db.query(`DROP INDEX ${indexes}`);
      expect((await read(kind)).pages).toBeGreaterThan(FEW_PAGES);
    } finally {
      await db.query('ROLLBACK');
    }
  });

  it.each(['silent_endpoint', 'retired_secret'])('read no event at all: %s', async (kind) => {
    expect((await read(kind)).pages).toBeLessThan(20);
  });
});
