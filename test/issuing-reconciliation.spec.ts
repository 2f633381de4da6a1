import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { RetryAfter } from '../src/event-handlers/index.js';
import { abstain, approve, decline } from '../src/issuing-authorizations/index.js';
import { DecisionKeeper } from '../src/issuing-authorizations/decision-keeper.js';
import { ReconciliationHandlers } from '../src/issuing-authorizations/reconciliation.handlers.js';
import { type Applied, AuthorizationLife, type Report } from './harness/issuing-life.js';
import { issuingTest } from './harness/issuing-test.js';
import { scriptedPolicy } from './harness/scripted-policies.js';

const policy = scriptedPolicy({ id: 'test.policy', order: 1 });
const test = issuingTest([policy.module]);
let rule: string;

beforeAll(async () => {
  // Every card has a total, high enough for all.
  const limits = { currency: 'usd', period: 'month', max_total: 1_000_000, max_count: 1_000 };
  rule = await test.addRule(limits);
});

afterEach(() => {
  policy.decide = abstain;
});

const begin = () => new AuthorizationLife(test);
const mismatches = (reason: string) => test.metric('turnpike_issuing_mismatches_total', { reason });
/** What a card has used up. */
const used = async ({ card }: AuthorizationLife) => {
  const total = (await test.totals(rule)).find(({ scope_key }) => scope_key === card);
  return total ? { amount: Number(total.amount), count: total.count } : undefined;
};
const approvedBy = (amount: number): Applied => ({ reason: 'webhook_approved', amount });
const pending = (amount: number, ...history: Applied[]): Report => ({ status: 'pending', amount, history });

describe('what Stripe applied', () => {
  it('completes the decision, which matches, and is found in the ledger', async () => {
    const life = begin();
    await life.ask(500, 0);
    expect(await life.decisions()).toEqual([{ granted: 500, held: 500, outcome: 'pending', applied: null }]);
    await life.deliver(life.report(pending(500, approvedBy(500)), 0));
    expect(await life.decisions()).toEqual([
      { granted: 500, held: 500, outcome: 'match', applied: 'webhook_approved' },
    ]);
    expect(await used(life)).toEqual({ amount: 500, count: 1 });
    const [row] = await test.watch.query(
      'SELECT applied_approved, reconciled_at FROM issuing_decision WHERE authorization_id = $1',
      [life.id],
    );
    expect(row).toEqual({ applied_approved: true, reconciled_at: expect.any(Date) });
  });

  it('matches a decline', async () => {
    policy.decide = () => decline('no');
    const life = begin();
    await life.ask(500, 0);
    const history = [{ reason: 'webhook_declined', amount: 500 }];
    await life.deliver(life.report({ status: 'closed', amount: 500, approved: false, history }, 0));
    expect(await life.decisions()).toEqual([
      { granted: 0, held: 0, outcome: 'match', applied: 'webhook_declined' },
    ]);
    expect(await used(life)).toBeUndefined();
  });

  it.each([
    ['what was granted', 200],
    ['what was asked', 500],
  ])('matches a partial approval when its history names %s', async (_name, amount) => {
    policy.decide = () => approve({ amount: 200 });
    const life = begin();
    await life.ask(500, 0, { is_amount_controllable: true });
    await life.deliver(life.report(pending(200, approvedBy(amount)), 0));
    expect(await life.decisions()).toEqual([
      { granted: 200, held: 200, outcome: 'match', applied: 'webhook_approved' },
    ]);
  });

  it.each(['webhook_timeout', 'webhook_error'])(
    'was %s and a decline: a mismatch that is counted once, and nothing is held',
    async (reason) => {
      const life = begin();
      const before = await mismatches(reason);
      await life.ask(500, 0);
      const history = [{ reason, amount: 500, approved: false }];
      const report = { status: 'closed', amount: 500, approved: false, history } as const;
      await life.deliver(life.report(report, 0), life.report(report, 1), life.report(report, 2));
      expect(await life.decisions()).toEqual([
        { granted: 500, held: 0, outcome: 'mismatch', applied: reason },
      ]);
      expect(await used(life)).toEqual({ amount: 0, count: 0 });
      expect(await mismatches(reason)).toBe(before + 1);
    },
  );

  it('was an approval in spite of a decline: a mismatch, and the total bears it', async () => {
    policy.decide = () => decline('no');
    const life = begin();
    const before = await mismatches('webhook_timeout');
    await life.ask(500, 0);
    await life.deliver(
      life.report(pending(500, { reason: 'webhook_timeout', amount: 500, approved: true }), 0),
    );
    expect(await life.decisions()).toEqual([
      { granted: 0, held: 500, outcome: 'mismatch', applied: 'webhook_timeout' },
    ]);
    expect(await used(life)).toEqual({ amount: 500, count: 1 });
    expect(await mismatches('webhook_timeout')).toBe(before + 1);
  });

  it.each([
    ['a decline where we approved', { reason: 'webhook_declined', amount: 500 }, { approved: false }],
    ['another amount', { reason: 'webhook_approved', amount: 400 }, {}],
    ['a reason nobody knows yet', { reason: 'webhook_quantum', amount: 500, approved: true }, {}],
  ])('was %s: a mismatch', async (_name, applied, more) => {
    const life = begin();
    const before = await mismatches(applied.reason);
    await life.ask(500, 0);
    await life.deliver(life.report({ ...pending(applied.amount, applied), ...more }, 0));
    expect(await life.decisions()).toMatchObject([{ outcome: 'mismatch', applied: applied.reason }]);
    expect(await mismatches(applied.reason)).toBe(before + 1);
  });

  it('to incremental requests is matched in their order, Stripe’s own declines left out', async () => {
    const life = begin();
    for (const [at, amount] of [100, 200, 300].entries()) await life.ask(amount, at * 10);
    const history = [
      { reason: 'webhook_approved', amount: 100, at: 0 },
      { reason: 'card_inactive', amount: 50, approved: false, at: 5 },
      { reason: 'webhook_timeout', amount: 200, approved: false, at: 10 },
      { reason: 'webhook_approved', amount: 300, at: 20 },
    ];
    // Their order in the list does not matter, only their time.
    await life.deliver(life.report(pending(400, ...history.toReversed()), 0));
    expect(await life.decisions()).toEqual([
      { granted: 100, held: 100, outcome: 'match', applied: 'webhook_approved' },
      { granted: 200, held: 0, outcome: 'mismatch', applied: 'webhook_timeout' },
      { granted: 300, held: 300, outcome: 'match', applied: 'webhook_approved' },
    ]);
    expect(await used(life)).toEqual({ amount: 400, count: 2 });
  });

  it('to requests of the same second is matched in the order in which they were decided', async () => {
    const life = begin();
    for (let i = 1; i <= 6; i++) await life.ask(i * 100, 0);
    const history = Array.from({ length: 6 }, (_, i) => ({ ...approvedBy((i + 1) * 100), at: 0 }));
    await life.deliver(life.report(pending(2_100, ...history), 1));
    expect((await life.decisions()).map(({ outcome }) => outcome)).toEqual(Array(6).fill('match'));
  });

  it('says nothing of a request that came later', async () => {
    const life = begin();
    await life.ask(100, 0);
    await life.ask(200, 10);
    await life.deliver(life.report(pending(100, approvedBy(100)), 0));
    expect(await life.decisions()).toMatchObject([
      { held: 100, outcome: 'match' },
      { held: 200, outcome: 'pending' },
    ]);
    expect(await used(life)).toEqual({ amount: 300, count: 2 });
  });
});

describe('what is held', () => {
  const asked = async (...amounts: number[]) => {
    const life = begin();
    for (const [at, amount] of amounts.entries()) await life.ask(amount, at);
    return { life, history: amounts.map(approvedBy), all: amounts.reduce((sum, amount) => sum + amount, 0) };
  };
  const held = async (life: AuthorizationLife) => (await life.decisions()).map((decision) => decision.held);

  it('is lowered by a partial reversal', async () => {
    const { life, history } = await asked(500);
    await life.deliver(
      life.report(pending(500, ...history), 0),
      life.report({ status: 'pending', amount: 300, history }, 5),
    );
    expect([await held(life), await used(life)]).toEqual([[300], { amount: 300, count: 1 }]);
  });

  it.each(['reversed', 'expired'] as const)('is nothing when it was %s', async (status) => {
    const { life, history, all } = await asked(500, 200);
    await life.deliver(
      life.report(pending(all, ...history), 0),
      life.report({ status, amount: all, history }, 5),
    );
    expect([await held(life), await used(life)]).toEqual([[0, 0], { amount: 0, count: 0 }]);
  });

  it('is what was captured, if it was less', async () => {
    const { life, history } = await asked(500);
    await life.deliver(
      life.report(pending(500, ...history), 0),
      life.report({ status: 'closed', amount: 500, history }, 5),
      life.capture(420, 6),
    );
    expect([await held(life), await used(life)]).toEqual([[420], { amount: 420, count: 1 }]);
  });

  it('is what was captured, if it was more', async () => {
    const { life, history } = await asked(500, 100);
    await life.deliver(life.report({ status: 'closed', amount: 600, history }, 5), life.capture(750, 6));
    expect([await held(life), await used(life)]).toEqual([[500, 250], { amount: 750, count: 2 }]);
  });

  it('stays while a capture leaves a rest that may still come', async () => {
    const { life, history } = await asked(500);
    await life.deliver(life.report(pending(500, ...history), 0), life.capture(200, 5));
    expect(await held(life)).toEqual([500]);
    await life.deliver(life.capture(350, 8));
    expect(await held(life)).toEqual([550]);
    await life.deliver(life.report({ status: 'closed', amount: 500, history }, 9));
    expect([await held(life), await used(life)]).toEqual([[550], { amount: 550, count: 1 }]);
  });

  it('is settled once for each transaction, however often it is reported', async () => {
    const { life, history } = await asked(500);
    const capture = life.capture(600, 5, `ipi_${life.id}`);
    const again = life.capture(600, 5, `ipi_${life.id}`);
    await life.deliver(life.report({ status: 'closed', amount: 500, history }, 4), capture, again, capture);
    expect([await held(life), await used(life)]).toEqual([[600], { amount: 600, count: 1 }]);
  });

  it('is not touched by refunds, nor by transactions of nothing that was authorized', async () => {
    const { life, history } = await asked(500);
    await life.deliver(life.report({ status: 'closed', amount: 500, history }, 1), life.capture(500, 2));
    await life.deliver(life.capture(-200, 3));
    await life.deliver(begin().capture(70, 4));
    expect([await held(life), await used(life)]).toEqual([[500], { amount: 500, count: 1 }]);
  });

  it('is known before any report when the transaction comes first', async () => {
    const { life, history } = await asked(500);
    await life.deliver(life.capture(800, 5));
    expect(await held(life)).toEqual([800]);
    await life.deliver(life.report({ status: 'closed', amount: 500, history }, 4));
    expect([await held(life), await used(life)]).toEqual([[800], { amount: 800, count: 1 }]);
  });

  it('counts in what policies read', async () => {
    const { life, history } = await asked(500);
    await life.deliver(life.report({ status: 'pending', amount: 120, history }, 1));
    let seen: unknown;
    policy.decide = async (_request, { ledger }) => {
      seen = await ledger.granted({ cardId: life.card }, 'usd', new Date(Date.now() - 60_000));
      return abstain();
    };
    await new AuthorizationLife(test, life.card).ask(1, 0);
    expect(seen).toEqual({ amount: 120, count: 1 });
  });
});

describe('reports in any order, some of them twice', () => {
  interface Story {
    requests: number[];
    events: (life: AuthorizationLife) => object[];
  }
  const stories: Record<string, Story> = {
    'partial reversal, then a capture': {
      requests: [1_000],
      events: (life) => [
        life.report(pending(1_000, approvedBy(1_000)), 0),
        life.report(pending(700, approvedBy(1_000)), 1),
        life.report({ status: 'closed', amount: 700, history: [approvedBy(1_000)] }, 2),
        life.capture(650, 2),
      ],
    },
    'everything in one second': {
      requests: [400, 300],
      events: (life) => [
        life.report(pending(400, approvedBy(400)), 0),
        life.report(pending(700, approvedBy(400), approvedBy(300)), 0),
        life.report(pending(650, approvedBy(400), approvedBy(300)), 0),
        life.report({ status: 'reversed', amount: 650, history: [approvedBy(400), approvedBy(300)] }, 0),
      ],
    },
    'increments, one of them timed out, and two captures': {
      requests: [500, 200, 300],
      events: (life) => {
        const history = [
          approvedBy(500),
          { reason: 'webhook_timeout', amount: 200, approved: false },
          approvedBy(300),
        ];
        return [
          life.report(pending(500, ...history.slice(0, 1)), 0),
          life.report(pending(500, ...history.slice(0, 2)), 1),
          life.report(pending(800, ...history), 2),
          life.capture(300, 3),
          life.capture(650, 4),
          life.report({ status: 'closed', amount: 800, history }, 4),
        ];
      },
    },
    'a decline that Stripe approved, captured over and over': {
      requests: [100],
      events: (life) => [
        life.report(pending(100, { reason: 'webhook_error', amount: 100, approved: true }), 0),
        life.capture(60, 1),
        life.capture(60, 2),
      ],
    },
  };

  it.each(Object.entries(stories))('come to the same: %s', async (_name, { requests, events }) => {
    const tell = async (order: (told: object[]) => object[]) => {
      const life = begin();
      for (const [at, amount] of requests.entries()) await life.ask(amount, at);
      await life.deliver(...order(events(life)));
      return { decisions: await life.decisions(), used: await used(life) };
    };
    const expected = await tell((told) => told);
    const count = events(begin()).length;
    const orders = fc
      .shuffledSubarray(
        Array.from({ length: count * 2 }, (_, i) => i % count),
        { minLength: count },
      )
      .filter((order) => new Set(order).size === count);
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        expect(await tell((told) => order.map((i) => told[i] as object))).toEqual(expected);
      }),
      { numRuns: 12 },
    );
  });
});

describe('a report of something that is not in the ledger', () => {
  const handle = async (event: object, attempt: number) => {
    const handlers = test.app.nest.get(ReconciliationHandlers, { strict: false });
    await test.app.nest.get(DataSource).transaction(async (tx) => {
      const context = { tx, attempt } as Parameters<typeof handlers.reconcile>[1];
      await handlers.reconcile(event as Parameters<typeof handlers.reconcile>[0], context);
    });
  };

  it('is waited for, because it may be on its way from disk, and at last counted as a mismatch', async () => {
    const life = begin();
    const before = await mismatches('no_decision');
    const event = life.report(pending(500, approvedBy(500)), 0);
    for (let attempt = 1; attempt < 5; attempt++)
      await expect(handle(event, attempt)).rejects.toThrow(RetryAfter);
    expect(await mismatches('no_decision')).toBe(before);
    await handle(event, 5);
    expect(await mismatches('no_decision')).toBe(before + 1);
  });

  it('is applied to the decision even when that comes last of all', async () => {
    const life = begin();
    const history = [approvedBy(500)];
    await handle(life.report({ status: 'closed', amount: 500, history }, 1), 5);
    await life.deliver(life.capture(450, 2));
    const request = life.request(500, 0);
    await test.authorize(request);
    // As after a kill -9: the decision was on disk, and another process brings it in.
    const [kept] = await test.watch.query<{ decision: object }>(
      `DELETE FROM issuing_decision WHERE event_id = $1 RETURNING to_jsonb(issuing_decision) AS decision`,
      [request.id],
    );
    await test.watch.query('DELETE FROM spending_total WHERE scope_key = $1', [life.card]);
    const keeper = test.app.nest.get(DecisionKeeper, { strict: false });
    keeper.keep(camelCased(kept?.decision ?? {}), undefined);
    await keeper.drain();
    expect(await life.decisions()).toEqual([
      { granted: 500, held: 450, outcome: 'match', applied: 'webhook_approved' },
    ]);
    expect(await used(life)).toEqual({ amount: 450, count: 1 });
  });

  it('is no matter of ours when Stripe asked nobody', async () => {
    const life = begin();
    const before = await mismatches('no_decision');
    const history = [{ reason: 'card_inactive', amount: 500, approved: false }];
    await life.deliver(life.report({ status: 'closed', amount: 500, approved: false, history }, 0));
    expect(await mismatches('no_decision')).toBe(before);
  });

  function camelCased(row: object): Parameters<DecisionKeeper['keep']>[0] {
    const entries = Object.entries(row).map(([name, value]) => [
      name.replace(/_(.)/g, (_match, letter: string) => letter.toUpperCase()),
      value as unknown,
    ]);
    return Object.fromEntries(entries) as Parameters<DecisionKeeper['keep']>[0];
  }
});
