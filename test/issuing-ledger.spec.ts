import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client } from 'pg';
import { loadConfig } from '../src/config/env.js';
import type { Decision } from '../src/issuing-authorizations/decision.js';
import { DecisionLedger } from '../src/issuing-authorizations/decision-ledger.js';
import { IssuingMetrics } from '../src/issuing-authorizations/issuing-metrics.js';
import { Reconciliation } from '../src/issuing-authorizations/reconciliation.js';
import { Metrics } from '../src/metrics/metrics.js';
import { testEnvironment } from './harness/app.js';
import { Roadblock } from './harness/roadblock.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';

describe('the ledger', () => {
  let database: TestDatabase;
  let ledger: DecisionLedger;
  let client: Client;
  let roadblock: Roadblock;
  let ruleId: string;

  beforeEach(async () => {
    database = await createDatabase();
    const servers = { databaseUrl: database.url, redisUrl: redisUrl(), prefix: uniquePrefix() };
    const metrics = new IssuingMetrics(new Metrics());
    ledger = new DecisionLedger(loadConfig(testEnvironment(servers)), new Reconciliation(), metrics);
    client = new Client({ connectionString: database.url });
    await client.connect();
    roadblock = await Roadblock.open(database.url);
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO spending_rule (name, livemode, scope, currency, period, max_total)
       VALUES ('daily', false, 'card', 'usd', 'day', 1000) RETURNING id`,
    );
    ruleId = rows[0]?.id ?? '';
  });
  afterEach(async () => {
    await Promise.all([ledger.onApplicationShutdown(), client.end(), roadblock.close()]);
    await database.drop();
  });

  const decision = (approved: boolean): Decision => ({
    eventId: 'evt_1',
    authorizationId: 'iauth_1',
    cardId: 'ic_1',
    cardholderId: null,
    account: null,
    livemode: false,
    requestedAt: '2026-11-21T10:00:00Z',
    decidedAt: '2026-11-21T10:00:01Z',
    currency: 'usd',
    asked: 100,
    approved,
    granted: approved ? 100 : 0,
    partial: false,
    metadata: null,
    reason: approved ? 'default' : 'deadline',
    policy: null,
    fallback: !approved,
    latencyMs: 1,
    shadow: [],
    reservations: approved ? [{ ruleId, scopeKey: 'ic_1', periodStart: '2026-11-21' }] : [],
  });
  const kept = async () => {
    const decisions = await client.query('SELECT approved, held, reason FROM issuing_decision');
    const totals = await client.query('SELECT amount, count FROM spending_total');
    return { decisions: decisions.rows, totals: totals.rows };
  };
  const declined = { approved: false, held: '0', reason: 'deadline' };

  it('says what was answered and gives back what was taken, also when the first word is still being committed', async () => {
    await client.query('CREATE TABLE gate ()');
    await client.query(`
      CREATE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN LOCK TABLE gate IN SHARE MODE; RETURN NULL; END $$`);
    await client.query(`
      CREATE CONSTRAINT TRIGGER pass_gate AFTER INSERT ON issuing_decision DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION pass_gate()`);
    await roadblock.lock('LOCK TABLE gate IN ACCESS EXCLUSIVE MODE');
    const committing = ledger.record(decision(true), () => false);
    await roadblock.untilWaiting(1);
    const answered = ledger.recordAnswered(decision(false));
    await untilBlocked(client, 2);
    await roadblock.lift();
    expect(await committing).toEqual({ kind: 'recorded' });
    await answered;
    expect(await kept()).toEqual({ decisions: [declined], totals: [{ amount: '0', count: 0 }] });
  });

  it('keeps one word however often and by however many it is told', async () => {
    await Promise.all(Array.from({ length: 5 }, () => ledger.recordAnswered(decision(true))));
    await ledger.recordAnswered(decision(true));
    expect(await kept()).toEqual({
      decisions: [{ approved: true, held: '100', reason: 'default' }],
      totals: [{ amount: '100', count: 1 }],
    });
  });
});

/** Resolves once this many sessions of the ledger wait for somebody. */
async function untilBlocked(client: Client, sessions: number): Promise<void> {
  const question = `
    SELECT count(*)::int AS waiting FROM pg_stat_activity
    WHERE application_name = 'turnpike issuing' AND wait_event_type = 'Lock'`;
  for (;;) {
    const { rows } = await client.query<{ waiting: number }>(question);
    if ((rows[0]?.waiting ?? 0) >= sessions) return;
    await client.query('SELECT pg_sleep(0.01)');
  }
}
