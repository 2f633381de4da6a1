import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, Scope, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import {
  abstain,
  type AuthorizationRequest,
  approve,
  decline,
  IssuingPolicy,
  type PolicyContext,
} from '../src/issuing-authorizations/index.js';
import type { PolicyOptions, ShadowVerdict } from '../src/issuing-authorizations/policy.js';
import { PolicyRegistry } from '../src/issuing-authorizations/policy-registry.js';
import { AppProcess } from './harness/app-process.js';
import { authorizationRequest, issuingTest } from './harness/issuing-test.js';
import { type Decide, scriptedPolicy } from './harness/scripted-policies.js';

/** The time-out of the policies that may hang. */
const TIMEOUT_MS = 120;

const last = scriptedPolicy({ id: 'test.last', order: 30, timeoutMs: TIMEOUT_MS });
const first = scriptedPolicy({ id: 'test.first', order: 10, onFailure: 'skip', timeoutMs: TIMEOUT_MS });
const middle = scriptedPolicy({ id: 'test.middle', order: 20 });
const shadow = scriptedPolicy({ id: 'test.shadow', order: 1, mode: 'shadow', timeoutMs: 400 });
const policies = [last, first, middle, shadow];

const hangs = () => new Promise(() => {});
const throws = () => {
  throw new Error('broken');
};

afterEach(() => {
  for (const policy of policies) policy.decide = abstain;
});

describe('policies', () => {
  const test = issuingTest(policies.map(({ module }) => module));
  const failures = (policy: string) => test.metric('turnpike_issuing_policy_failures_total', { policy });
  const row = async (id: string) => (await test.ledger(id))[0];

  /** Lets every live policy say its name before it answers. */
  function listen(answers: Record<string, Decide> = {}): string[] {
    const asked: string[] = [];
    for (const [name, policy] of Object.entries({ first, middle, last })) {
      policy.decide = (request, context) => {
        asked.push(name);
        return (answers[name] ?? abstain)(request, context);
      };
    }
    return asked;
  }

  it('are asked in their order, and where all abstain the default applies', async () => {
    const asked = listen();
    const event = authorizationRequest(100);
    expect((await test.authorize(event)).body).toEqual({ approved: true });
    expect(asked).toEqual(['first', 'middle', 'last']);
    expect(await row(event.id)).toMatchObject({ reason: 'default', policy: null, fallback: false });
  });

  it('decide when they do not abstain, and the rest is not asked', async () => {
    const asked = listen({ middle: () => decline('middle says no'), last: () => approve() });
    const event = authorizationRequest(100);
    expect((await test.authorize(event)).body).toEqual({ approved: false });
    expect(asked).toEqual(['first', 'middle']);
    expect(await row(event.id)).toMatchObject({ reason: 'middle says no', policy: 'test.middle' });
  });

  it('see what is asked for', async () => {
    let seen: AuthorizationRequest | undefined;
    first.decide = (request) => {
      seen = request;
      return abstain();
    };
    const event = authorizationRequest(4_200, {
      card: 'ic_seen',
      cardholder: 'ich_seen',
      currency: 'EUR',
      is_amount_controllable: true,
      amount_details: { atm_fee: null, cashback_amount: 300 },
      more: {
        authorization_method: 'chip',
        card_presence: 'present',
        merchant_data: { category: 'bakeries', category_code: '5462', country: 'FR' },
      },
    });
    await test.authorize(event);
    expect(seen).toEqual({
      eventId: event.id,
      requestedAt: new Date(event.created * 1_000),
      authorizationId: event.data.object.id,
      cardId: 'ic_seen',
      cardholderId: 'ich_seen',
      account: null,
      livemode: false,
      amount: 4_200,
      currency: 'eur',
      authorized: 0,
      amountControllable: true,
      cashback: 300,
      merchant: { category: 'bakeries', categoryCode: '5462', country: 'FR' },
      method: 'chip',
      presence: 'present',
      authorization: event.data.object,
    });
  });

  const nonsense: [string, Decide][] = [
    ['throws', throws],
    ['rejects', () => Promise.reject(new Error('broken'))],
    ['throws nothing at all', () => Promise.reject(undefined)],
    ['hangs', hangs],
    ['answers nothing', () => undefined],
    ['answers null', () => null],
    ['answers true', () => true],
    ['answers something else', () => ({ kind: 'maybe' })],
    ['declines without a reason', () => ({ kind: 'decline' })],
    ['declines for a reason that cannot be kept', () => decline('nul \0')],
    ['declines for half a character', () => decline('\ud800')],
    ['declines for a novel', () => decline('x'.repeat(1_001))],
    ['approves 0', () => approve({ amount: 0 })],
    ['approves less than nothing', () => approve({ amount: -5 })],
    ['approves a fraction', () => approve({ amount: 10.5 })],
    ['approves NaN', () => approve({ amount: Number.NaN })],
    ['approves text', () => ({ kind: 'approve', amount: '50' })],
    ['approves less than the cashback', () => approve({ amount: 49 })],
    ['approves more than was asked', () => approve({ amount: 501 })],
    ['gives metadata that is a list', () => ({ kind: 'approve', metadata: ['a'] })],
    ['gives metadata that is no text', () => ({ kind: 'approve', metadata: { a: 1 } })],
    ['gives a key that is too long', () => approve({ metadata: { ['k'.repeat(41)]: 'v' } })],
    ['gives a key with brackets', () => approve({ metadata: { 'a[b]': 'v' } })],
    ['gives an empty key', () => approve({ metadata: { '': 'v' } })],
    ['gives a value that is too long', () => approve({ metadata: { k: 'v'.repeat(501) } })],
    [
      'gives too many keys',
      () => approve({ metadata: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`k${i}`, ''])) }),
    ],
    ['gives a value that cannot be kept', () => approve({ metadata: { k: '\0' } })],
  ];
  const controllable = () =>
    authorizationRequest(500, {
      is_amount_controllable: true,
      amount_details: { atm_fee: null, cashback_amount: 50 },
    });

  it.each(nonsense)('that may be skipped are, when one %s; it is counted', async (_name, decide) => {
    const before = await failures('test.first');
    const asked = listen({ first: decide, middle: () => decline('the next one decides') });
    const event = controllable();
    expect((await test.authorize(event)).body).toEqual({ approved: false });
    expect(asked).toEqual(['first', 'middle']);
    expect(await row(event.id)).toMatchObject({ reason: 'the next one decides', policy: 'test.middle' });
    expect(await failures('test.first')).toBe(before + 1);
  });

  it.each(nonsense)('that must not be skipped lead to the fallback, when one %s', async (_name, decide) => {
    const before = await failures('test.last');
    listen({ last: decide });
    const event = controllable();
    expect((await test.authorize(event)).body).toEqual({ approved: false });
    expect(await row(event.id)).toMatchObject({
      approved: false,
      reason: 'policy_failed',
      policy: 'test.last',
      fallback: true,
    });
    expect(await failures('test.last')).toBe(before + 1);
  });

  it.each([
    ['all of it', 500, { approved: true }],
    ['a part', 200, { approved: true, amount: 200 }],
    ['exactly the cashback', 50, { approved: true, amount: 50 }],
  ])('may approve %s of an amount that is controllable', async (_name, amount, answer) => {
    first.decide = () => approve({ amount });
    const event = controllable();
    expect((await test.authorize(event)).body).toEqual(answer);
    expect(await row(event.id)).toMatchObject({ granted: String(amount), held: String(amount) });
  });

  it('must not name an amount that is not controllable, not even the right one', async () => {
    last.decide = () => approve({ amount: 500 });
    const event = authorizationRequest(500);
    expect((await test.authorize(event)).body).toEqual({ approved: false });
    expect(await row(event.id)).toMatchObject({ reason: 'policy_failed' });
  });

  it('decide by what they said and nothing that came with it', async () => {
    first.decide = () => ({ ...decline('no'), approved: true, fallback: true, policy: 'x', amount: 7 });
    const event = authorizationRequest(500);
    expect((await test.authorize(event)).body).toEqual({ approved: false });
    expect(await row(event.id)).toMatchObject({ granted: '0', fallback: false, policy: 'test.first' });
  });

  it('are told when their time is up, by a signal that says so', async () => {
    const contexts: PolicyContext[] = [];
    first.decide = (_request, context) => {
      contexts.push(context);
      return hangs();
    };
    middle.decide = (_request, context) => {
      contexts.push(context);
      return approve();
    };
    await test.authorize(authorizationRequest(1));
    const [late, inTime] = contexts.map(({ signal }) => signal);
    expect(late?.aborted).toBe(true);
    expect(String(late?.reason)).toContain(`${TIMEOUT_MS} ms`);
    expect(inTime?.aborted).toBe(false);
  });

  it('know how much time is left: less and less of the budget', async () => {
    const left: number[] = [];
    const look: Decide = (_request, { msLeft }) => {
      left.push(msLeft());
      const until = performance.now() + 5;
      while (performance.now() < until);
      left.push(msLeft());
      return abstain();
    };
    listen({ first: look, middle: look });
    await test.authorize(authorizationRequest(1));
    expect(left).toHaveLength(4);
    expect(left.toSorted((a, b) => b - a)).toEqual(left);
    expect(left[0]).toBeLessThan(1_500);
    expect(left[3]).toBeGreaterThan(0);
    expect((left[0] ?? 0) - (left[1] ?? 0)).toBeGreaterThanOrEqual(5);
  });

  it('can read what was granted before, by card or cardholder, in one currency, since a moment', async () => {
    const who = { card: 'ic_reader', cardholder: 'ich_reader' };
    const start = new Date();
    for (const amount of [100, 250]) await test.authorize(authorizationRequest(amount, who));
    await test.authorize(authorizationRequest(999, { ...who, currency: 'eur' }));
    await test.authorize(authorizationRequest(40, { ...who, card: 'ic_other' }));
    first.decide = () => decline('not counted');
    await test.authorize(authorizationRequest(5_000, who));
    let seen: unknown;
    first.decide = async ({ cardId, cardholderId }, { ledger }) => {
      seen = {
        card: await ledger.granted({ cardId }, 'usd', start),
        cardholder: await ledger.granted({ cardholderId: cardholderId ?? '' }, 'usd', start),
        later: await ledger.granted({ cardId }, 'usd', new Date(Date.now() + 60_000)),
        nobody: await ledger.granted({ cardId: 'ic_nobody' }, 'usd', start),
      };
      return abstain();
    };
    await test.authorize(authorizationRequest(7, who));
    expect(seen).toEqual({
      card: { amount: 350, count: 2 },
      cardholder: { amount: 390, count: 3 },
      later: { amount: 0, count: 0 },
      nobody: { amount: 0, count: 0 },
    });
  });
});

describe('a policy in the shadow', () => {
  const test = issuingTest(policies.map(({ module }) => module));
  const differences = () =>
    test.metric('turnpike_issuing_shadow_differences_total', { policy: 'test.shadow' });
  const noted = async (id: string): Promise<ShadowVerdict[]> => {
    const [found] = await test.watch.until<{ shadow: ShadowVerdict[] }>(
      'SELECT shadow FROM issuing_decision WHERE event_id = $1',
      [id],
      ([one]) => (one?.shadow.length ?? 0) > 0,
    );
    return found?.shadow ?? [];
  };

  const controllable = () => authorizationRequest(500, { is_amount_controllable: true });
  const cases: [string, Decide, Decide, ShadowVerdict, number][] = [
    [
      'would have declined',
      () => decline('odd hour'),
      abstain,
      { policy: 'test.shadow', verdict: 'decline', reason: 'odd hour' },
      1,
    ],
    [
      'would have approved less',
      () => approve({ amount: 100 }),
      abstain,
      { policy: 'test.shadow', verdict: 'approve', amount: 100 },
      1,
    ],
    [
      'would have approved',
      () => approve(),
      () => decline('no'),
      { policy: 'test.shadow', verdict: 'approve' },
      1,
    ],
    ['agrees', () => approve(), abstain, { policy: 'test.shadow', verdict: 'approve' }, 0],
    ['abstains', abstain, () => decline('no'), { policy: 'test.shadow', verdict: 'abstain' }, 0],
    ['fails', throws, abstain, { policy: 'test.shadow', verdict: 'failed' }, 0],
    [
      'would have replaced a policy that failed',
      () => approve(),
      throws,
      { policy: 'test.shadow', verdict: 'approve' },
      0,
    ],
  ];
  it.each(cases)(
    'that %s is on record and changes nothing',
    async (_name, inShadow, live, verdict, counted) => {
      const before = await differences();
      shadow.decide = abstain;
      last.decide = live;
      const expected = (await test.authorize(controllable())).body;
      shadow.decide = inShadow;
      const event = controllable();
      expect((await test.authorize(event)).body).toEqual(expected);
      expect(await noted(event.id)).toEqual([verdict]);
      expect((await differences()) - before).toBe(counted);
    },
  );

  it('that differs from a rule, which no policy overrules, does not count as different', async () => {
    await test.addRule({ scope_id: 'ic_ruled', currency: 'usd', max_amount: 10 });
    await test.addRule({ scope_id: 'ic_spent', currency: 'usd', period: 'day', max_total: 10 });
    shadow.decide = () => approve();
    const before = await differences();
    for (const card of ['ic_ruled', 'ic_spent']) {
      const event = authorizationRequest(500, { card });
      expect((await test.authorize(event)).body).toEqual({ approved: false });
      expect(await noted(event.id)).toEqual([{ policy: 'test.shadow', verdict: 'approve' }]);
    }
    expect(await differences()).toBe(before);
  });

  it('that hangs delays no answer, and its failure is on record', async () => {
    const failed = () => test.metric('turnpike_issuing_policy_failures_total', { policy: 'test.shadow' });
    const before = await failed();
    let aborted: AbortSignal | undefined;
    shadow.decide = (_request, { signal }) => {
      aborted = signal;
      return hangs();
    };
    const event = authorizationRequest(500);
    expect((await test.authorize(event)).body).toEqual({ approved: true });
    expect(aborted?.aborted).toBe(false);
    expect(await noted(event.id)).toEqual([{ policy: 'test.shadow', verdict: 'failed' }]);
    expect(aborted?.aborted).toBe(true);
    expect(await failed()).toBe(before + 1);
  });
});

describe('policies at boot', () => {
  const policyClass = (options: PolicyOptions, name: string): Type => {
    class Policy {
      decide = () => abstain();
    }
    Object.defineProperty(Policy, 'name', { value: name });
    IssuingPolicy(options)(Policy);
    return Policy;
  };
  const moduleOf = (...providers: Parameters<typeof Module>[0]['providers'] & object): Type => {
    @Module({ providers })
    class Team {}
    return Team;
  };
  async function boot(...modules: Type[]): Promise<string[]> {
    @Module({ imports: [DiscoveryModule, ...modules], providers: [PolicyRegistry] })
    class Root {}
    const app = await NestFactory.createApplicationContext(Root, { logger: false, abortOnError: false });
    const ids = app
      .get(PolicyRegistry)
      .in('live')
      .map(({ id }) => id);
    await app.close();
    return ids;
  }
  let One: Type;
  beforeEach(() => {
    One = policyClass({ id: 'one', order: 1 }, 'One');
  });

  it('are found in every module, each once, in their order', async () => {
    const Two = policyClass({ id: 'two', order: -2 }, 'Two');
    expect(await boot(moduleOf(One), moduleOf(Two), moduleOf(One))).toEqual(['two', 'one']);
  });

  it('are found where a factory makes them', async () => {
    const made = { provide: 'made', useFactory: () => new One() as object };
    expect(await boot(moduleOf(made))).toEqual(['one']);
  });

  it('of the same order always come in the order of their ids', async () => {
    const Another = policyClass({ id: 'another', order: 1 }, 'Another');
    expect(await boot(moduleOf(One), moduleOf(Another))).toEqual(['another', 'one']);
    expect(await boot(moduleOf(Another), moduleOf(One))).toEqual(['another', 'one']);
  });

  it('stop the boot when two share an id, naming both classes and the fix', async () => {
    const Twin = policyClass({ id: 'one', order: 2, mode: 'shadow' }, 'Twin');
    await expect(boot(moduleOf(One), moduleOf(Twin))).rejects.toThrow(
      "Policies One and Twin share the id 'one': give one another",
    );
  });

  it.each(['', 'rule 7', 'spending rules', 'ä'])('stop the boot when one has the id %j', async (id) => {
    const Odd = policyClass({ id, order: 1 }, 'Odd');
    await expect(boot(moduleOf(Odd))).rejects.toThrow(/Policy Odd has no usable id: give it one such as/);
  });

  it('stop the boot when one has no decide()', async () => {
    class Mute {}
    IssuingPolicy({ id: 'mute', order: 1 })(Mute);
    await expect(boot(moduleOf(Mute))).rejects.toThrow('Policy Mute has no method decide()');
  });

  it('stop the boot when one is made per request, because nobody would make it', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    @IssuingPolicy({ id: 'scoped', order: 1 })
    class Scoped {
      constructor(readonly dependency: PerRequest) {}

      decide() {
        return abstain();
      }
    }
    await expect(boot(moduleOf(Scoped, PerRequest))).rejects.toThrow(/Policy Scoped is request-scoped/);
  });

  describe('of the whole application', () => {
    const test = issuingTest();

    it('stop its process, which says why', async () => {
      const start = AppProcess.start(test.servers(), 'harness/twin-policies.ts');
      await expect(start).rejects.toThrow("Policies One and Twin share the id 'one': give one another");
    });
  });
});
