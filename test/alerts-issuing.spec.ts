import { beforeAll, beforeEach, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { ReconciliationHandlers } from '../src/issuing-authorizations/reconciliation.handlers.js';
import { AlertWatch } from '../src/operator-alerts/alert-watch.js';
import { stopSchedule } from './harness/alert-test.js';
import { AuthorizationLife, type Report } from './harness/issuing-life.js';
import { issuingTest } from './harness/issuing-test.js';

const test = issuingTest();

const alerts = () =>
  test.watch.query<{ subject: string; state: string; occurrences: number }>(
    `SELECT subject, state, occurrences::int AS occurrences FROM alert WHERE kind = 'issuing_mismatch' ORDER BY subject`,
  );
const pass = async () => {
  const [row] = await test.watch.query<{ passes: string }>(
    `UPDATE alert_schedule SET next_pass_at = '-infinity' RETURNING passes`,
  );
  await test.app.nest.get(AlertWatch, { strict: false }).look();
  await test.watch.until<{ passes: string }>(
    'SELECT passes FROM alert_schedule',
    [],
    ([now]) => Number(now?.passes) > Number(row?.passes),
  );
  return alerts();
};
/** Stands for a day and more in which nothing differs. */
const dayPasses = async () => {
  await test.watch.query(`UPDATE issuing_decision SET mismatched_at = mismatched_at - interval '25 hours'`);
  await test.watch.query(
    `UPDATE issuing_authorization SET undecided_at = undecided_at - interval '25 hours'`,
  );
};
const declined = (reason: string): Report => ({
  status: 'closed',
  amount: 500,
  approved: false,
  history: [{ reason, amount: 500, approved: false }],
});
const differ = async (reason: string) => {
  const life = new AuthorizationLife(test);
  await life.ask(500, 0);
  await life.deliver(life.report(declined(reason), 0));
  return life;
};

beforeAll(async () => {
  await test.watch.alsoWatch('alert_schedule');
  await stopSchedule(test.watch);
});
beforeEach(async () => {
  await test.watch.query('TRUNCATE alert, issuing_decision, issuing_authorization');
});

it('an answer that Stripe did not apply is an alert for each reason, until none has been seen for a day', async () => {
  const same = new AuthorizationLife(test);
  await same.ask(500, 0);
  await same.deliver(
    same.report(
      { status: 'pending', amount: 500, history: [{ reason: 'webhook_approved', amount: 500 }] },
      0,
    ),
  );
  expect(await pass()).toEqual([]);
  const first = await differ('webhook_timeout');
  await differ('webhook_timeout');
  await differ('webhook_error');
  const open = [
    { subject: 'webhook_error', state: 'open', occurrences: 1 },
    { subject: 'webhook_timeout', state: 'open', occurrences: 2 },
  ];
  expect(await pass()).toEqual(open);
  // Stripe's own time of a report may be days ago: what counts is when it was learned, and the first time.
  await first.deliver(first.report(declined('webhook_timeout'), 1));
  expect(await pass()).toEqual(open);
  await dayPasses();
  expect((await pass()).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  await first.deliver(first.report(declined('webhook_timeout'), 2));
  expect((await pass()).map(({ state }) => state)).toEqual(['resolved', 'resolved']);
  await differ('webhook_timeout');
  expect(await pass()).toMatchObject([{ state: 'resolved' }, { state: 'open', occurrences: 1 }]);
});

it('a difference that a later report takes back is over', async () => {
  const life = await differ('webhook_timeout');
  expect(await pass()).toMatchObject([{ subject: 'webhook_timeout', state: 'open' }]);
  const history = [{ reason: 'webhook_approved', amount: 500 }];
  await life.deliver(life.report({ status: 'pending', amount: 500, history }, 60));
  expect(await life.decisions()).toMatchObject([{ outcome: 'match' }]);
  expect(await pass()).toMatchObject([{ subject: 'webhook_timeout', state: 'resolved' }]);
});

it('an authorization whose decision is nowhere is an alert', async () => {
  const life = new AuthorizationLife(test);
  const handlers = test.app.nest.get(ReconciliationHandlers, { strict: false });
  const event = life.report(declined('webhook_timeout'), 0) as Parameters<typeof handlers.reconcile>[0];
  const last = { attempt: 5 };
  await test.app.nest
    .get(DataSource)
    .transaction((tx) =>
      handlers.reconcile(event, { ...last, tx } as Parameters<typeof handlers.reconcile>[1]),
    );
  expect(await pass()).toEqual([{ subject: 'no_decision', state: 'open', occurrences: 1 }]);
  await dayPasses();
  expect(await pass()).toMatchObject([{ state: 'resolved' }]);
});
