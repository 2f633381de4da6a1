import { afterEach, describe, expect, it } from '@jest/globals';
import { abstain, approve } from '../src/issuing-authorizations/index.js';
import { SpendingRules } from '../src/issuing-authorizations/spending-rules.js';
import { authorizationRequest, authorize, issuingTest } from './harness/issuing-test.js';
import { scriptedPolicy } from './harness/scripted-policies.js';

type Asked = NonNullable<Parameters<typeof authorizationRequest>[1]>;

const policy = scriptedPolicy({ id: 'test.generous', order: 1 });
const test = issuingTest([policy.module]);

let cards = 0;
const newCard = () => `ic_rule_${++cards}`;

const approved = async (amount: number, asked: Asked = {}) =>
  (await test.authorize(authorizationRequest(amount, asked))).body.approved;
const refresh = () => test.app.nest.get(SpendingRules, { strict: false }).refresh();

afterEach(async () => {
  policy.decide = abstain;
  await test.watch.query('TRUNCATE spending_total, spending_rule');
  await refresh();
});

const merchant = (merchant_data: object): Asked => ({ more: { merchant_data } });
const bakery = { category: 'bakeries', category_code: '5462', country: 'FR' };

describe('a condition of a rule', () => {
  const usd = { currency: 'usd' };
  const cases: [string, Record<string, unknown>, [number, Asked], [number, Asked]][] = [
    ['the maximum', { ...usd, max_amount: 500 }, [500, {}], [501, {}]],
    ['a maximum of nothing', { ...usd, max_amount: 0 }, [0, {}], [1, {}]],
    ['the maximum in its currency', { ...usd, max_amount: 500 }, [900, { currency: 'eur' }], [900, {}]],
    [
      'a category allowed by name',
      { allowed_categories: ['bakeries'] },
      [1, merchant(bakery)],
      [1, merchant({ ...bakery, category: 'bars', category_code: '5813' })],
    ],
    [
      'a category allowed by code',
      { allowed_categories: ['5462', '5499'] },
      [1, merchant(bakery)],
      [1, merchant({ category: 'bars', category_code: '5813' })],
    ],
    [
      'a category blocked by name',
      { blocked_categories: ['gambling', 'bakeries'] },
      [1, merchant({ category: 'bars', category_code: '5813' })],
      [1, merchant(bakery)],
    ],
    [
      'a category blocked by code',
      { blocked_categories: ['5462'] },
      [1, merchant({ category: 'bars', category_code: '5813' })],
      [1, merchant(bakery)],
    ],
    [
      'a category blocked though it is allowed',
      { allowed_categories: ['bakeries', 'bars'], blocked_categories: ['5462'] },
      [1, merchant({ category: 'bars', category_code: '5813' })],
      [1, merchant(bakery)],
    ],
    ['an empty list, which allows nothing', { allowed_categories: [] }, [-1, {}], [1, merchant(bakery)]],
    [
      'a category that must be known',
      { allowed_categories: ['bakeries'] },
      [1, merchant(bakery)],
      [1, { more: { merchant_data: { category: '', category_code: '' } } }],
    ],
    [
      'an allowed country',
      { allowed_countries: ['FR', 'DE'] },
      [1, merchant(bakery)],
      [1, merchant({ country: 'US' })],
    ],
    [
      'a blocked country',
      { blocked_countries: ['FR'] },
      [1, merchant({ country: 'US' })],
      [1, merchant(bakery)],
    ],
    [
      'an allowed method',
      { allowed_methods: ['chip', 'contactless'] },
      [1, { more: { authorization_method: 'chip' } }],
      [1, { more: { authorization_method: 'swipe' } }],
    ],
    [
      'a blocked method',
      { blocked_methods: ['swipe'] },
      [1, { more: { authorization_method: 'online' } }],
      [1, { more: { authorization_method: 'swipe' } }],
    ],
    [
      'an allowed presence',
      { allowed_presence: ['present'] },
      [1, { more: { card_presence: 'present' } }],
      [1, { more: { card_presence: 'not_present' } }],
    ],
    [
      'a blocked presence',
      { blocked_presence: ['not_present'] },
      [1, { more: { card_presence: 'present' } }],
      [1, { more: { card_presence: 'not_present' } }],
    ],
    [
      'a presence that Stripe does not tell',
      { allowed_presence: ['present'] },
      [1, { more: { card_presence: 'present' } }],
      [1, { more: { card_presence: null } }],
    ],
    ['the total of a day', { ...usd, period: 'day', max_total: 100 }, [100, {}], [101, {}]],
    ['a count of none', { period: 'week', max_count: 0 }, [0, {}], [1, {}]],
  ];

  it.each(cases)('lets pass what it allows and stops the rest: %s', async (_name, columns, good, bad) => {
    const card = newCard();
    const id = await test.addRule({ name: 'the rule', scope_id: card, ...columns });
    if (good[0] >= 0) expect(await approved(good[0], { card, ...good[1] })).toBe(true);
    await test.watch.query('TRUNCATE spending_total');
    const event = authorizationRequest(bad[0], { card, ...bad[1] });
    expect((await test.authorize(event)).body).toEqual({ approved: false });
    const [row] = await test.ledger(event.id);
    expect(row).toMatchObject({ approved: false, held: '0', fallback: false });
    expect([`rule ${id}`, 'spending rules']).toContain(row?.policy);
  });

  it.each([
    ['amount', { currency: 'usd', max_amount: 1 }],
    ['merchant category', { allowed_categories: ['x'] }],
    ['merchant country', { allowed_countries: ['x'] }],
    ['authorization method', { allowed_methods: ['x'] }],
    ['card presence', { allowed_presence: ['x'] }],
  ])('is named in the ledger, with its rule: %s', async (condition, columns) => {
    const card = newCard();
    const id = await test.addRule({ name: 'travel', scope_id: card, ...columns });
    const event = authorizationRequest(500, { card });
    await test.authorize(event);
    expect(await test.ledger(event.id)).toMatchObject([
      { reason: `travel: ${condition}`, policy: `rule ${id}` },
    ]);
  });

  it('is not overruled by a policy that approves', async () => {
    policy.decide = () => approve();
    const card = newCard();
    await test.addRule({ scope_id: card, blocked_countries: ['US'] });
    expect(await approved(1, { card })).toBe(false);
    const limited = newCard();
    await test.addRule({ scope_id: limited, currency: 'usd', period: 'day', max_total: 10 });
    expect(await approved(11, { card: limited })).toBe(false);
  });

  it('takes from a total only what a policy approves', async () => {
    policy.decide = () => approve({ amount: 30 });
    const card = newCard();
    const rule = await test.addRule({ scope_id: card, currency: 'usd', period: 'day', max_total: 100 });
    const asked = { card, is_amount_controllable: true };
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push(await approved(90, asked));
    expect(answers).toEqual([true, true, true, false]);
    expect(await test.totals(rule)).toEqual([{ scope_key: card, amount: '90', count: 3 }]);
  });
});

describe('the total of a rule', () => {
  it.each(['day', 'week', 'month'])('is that of the present %s, in UTC', async (period) => {
    const card = newCard();
    const columns = { scope_id: card, currency: 'usd', period, max_total: 100, max_count: 3 };
    const rule = await test.addRule(columns);
    // The period before is full, and does not matter.
    await test.watch.query(
      `INSERT INTO spending_total (rule_id, scope_key, period_start, amount, count)
       VALUES ($1, $2, date_trunc($3, now() AT TIME ZONE 'UTC') - ('1 ' || $3)::interval, 100, 3)`,
      [rule, card, period],
    );
    expect(await approved(60, { card })).toBe(true);
    expect(await approved(60, { card })).toBe(false);
    expect(await approved(40, { card })).toBe(true);
    const present = await test.watch.query(
      `SELECT amount, count FROM spending_total
       WHERE rule_id = $1 AND period_start = date_trunc($2, now() AT TIME ZONE 'UTC')`,
      [rule, period],
    );
    expect(present).toEqual([{ amount: '100', count: 2 }]);
  });

  it('counts approvals where it has a count, whatever their currency', async () => {
    const card = newCard();
    const rule = await test.addRule({ scope_id: card, period: 'day', max_count: 3 });
    for (const currency of ['usd', 'eur', 'jpy']) expect(await approved(5, { card, currency })).toBe(true);
    expect(await approved(5, { card })).toBe(false);
    expect(await test.totals(rule)).toEqual([{ scope_key: card, amount: '15', count: 3 }]);
  });

  it('counts only its currency where it has one', async () => {
    const card = newCard();
    const rule = await test.addRule({ scope_id: card, currency: 'eur', period: 'day', max_total: 10 });
    expect(await approved(1_000, { card })).toBe(true);
    expect(await approved(10, { card, currency: 'eur' })).toBe(true);
    expect(await approved(1, { card, currency: 'eur' })).toBe(false);
    expect(await test.totals(rule)).toEqual([{ scope_key: card, amount: '10', count: 1 }]);
  });

  it('is taken from by approvals alone', async () => {
    const card = newCard();
    const total = await test.addRule({ scope_id: card, currency: 'usd', period: 'day', max_total: 100 });
    const stricter = await test.addRule({ scope_id: card, currency: 'usd', period: 'month', max_total: 50 });
    await test.addRule({ scope_id: card, blocked_methods: ['swipe'] });
    expect(await approved(10, { card, more: { authorization_method: 'swipe' } })).toBe(false);
    expect(await approved(60, { card })).toBe(false);
    expect(await test.totals(total)).toEqual([]);
    expect(await approved(50, { card })).toBe(true);
    for (const rule of [total, stricter])
      expect(await test.totals(rule)).toEqual([{ scope_key: card, amount: '50', count: 1 }]);
  });

  it('is exact when many ask at once: never over, and nothing declined that would have fitted', async () => {
    const [card, other, cardholder] = [newCard(), newCard(), 'ich_crowd'];
    const limits = { currency: 'usd', period: 'day' };
    const rules = {
      card: await test.addRule({ ...limits, scope_id: card, max_total: 2_000 }),
      count: await test.addRule({ ...limits, currency: null, scope_id: other, max_count: 7 }),
      holder: await test.addRule({ ...limits, scope: 'cardholder', scope_id: cardholder, max_total: 2_500 }),
      all: await test.addRule({ ...limits, scope: 'platform', max_total: 3_000 }),
    };
    const events = Array.from({ length: 60 }, (_, i) =>
      authorizationRequest(37 + ((i * 53) % 90), { card: i % 2 === 0 ? card : other, cardholder }),
    );
    const answers = await Promise.all(events.map((event) => test.authorize(event)));
    const granted = events.filter((_event, i) => answers[i]?.body.approved);
    const sum = (of: typeof events) =>
      of.reduce((total, event) => total + (event.data.object.pending_request?.amount ?? 0), 0);
    const on = (id: string, of = granted) => of.filter((event) => event.data.object.card.id === id);
    const total = (key: string, of: typeof events) => [
      { scope_key: key, amount: String(sum(of)), count: of.length },
    ];
    expect(await test.totals(rules.card)).toEqual(total(card, on(card)));
    expect(await test.totals(rules.count)).toEqual(total(other, on(other)));
    expect(await test.totals(rules.holder)).toEqual(total(cardholder, granted));
    expect(await test.totals(rules.all)).toEqual(total('platform', granted));
    expect(sum(on(card))).toBeLessThanOrEqual(2_000);
    expect(on(other).length).toBeLessThanOrEqual(7);
    expect(sum(granted)).toBeLessThanOrEqual(2_500);
    for (const event of events.filter((one) => !granted.includes(one))) {
      const amount = sum([event]);
      const id = event.data.object.card.id;
      const fits =
        sum(granted) + amount <= 2_500 &&
        (id === card ? sum(on(card)) + amount <= 2_000 : on(other).length < 7);
      expect(fits).toBe(false);
    }
  });
});

describe('the scope of a rule', () => {
  const limit = { currency: 'usd', period: 'day', max_total: 100 };

  it('with a card is that card', async () => {
    const [card, other] = [newCard(), newCard()];
    await test.addRule({ ...limit, scope_id: card });
    expect(await approved(101, { card })).toBe(false);
    expect(await approved(101, { card: other })).toBe(true);
  });

  it('without a card is every card, each with a total of its own', async () => {
    const [card, other] = [newCard(), newCard()];
    const rule = await test.addRule(limit);
    for (const one of [card, other]) expect(await approved(100, { card: one })).toBe(true);
    for (const one of [card, other]) expect(await approved(1, { card: one })).toBe(false);
    expect(await test.totals(rule)).toEqual([
      { scope_key: card, amount: '100', count: 1 },
      { scope_key: other, amount: '100', count: 1 },
    ]);
  });

  it('with a cardholder is all cards of that cardholder together', async () => {
    const cardholder = 'ich_one';
    const rule = await test.addRule({ ...limit, scope: 'cardholder', scope_id: cardholder });
    expect(await approved(60, { card: newCard(), cardholder })).toBe(true);
    expect(await approved(60, { card: newCard(), cardholder })).toBe(false);
    expect(await approved(60, { card: newCard(), cardholder: 'ich_two' })).toBe(true);
    expect(await test.totals(rule)).toEqual([{ scope_key: cardholder, amount: '60', count: 1 }]);
  });

  it('without a cardholder is every cardholder, each apart', async () => {
    const rule = await test.addRule({ ...limit, scope: 'cardholder' });
    for (const cardholder of ['ich_a', 'ich_b'])
      expect(await approved(100, { card: newCard(), cardholder })).toBe(true);
    expect(await approved(1, { cardholder: 'ich_b' })).toBe(false);
    expect(await test.totals(rule)).toHaveLength(2);
  });

  it('of the platform is everything together', async () => {
    const rule = await test.addRule({ ...limit, scope: 'platform' });
    expect(await approved(60, { card: newCard(), cardholder: 'ich_a' })).toBe(true);
    expect(await approved(60, { card: newCard(), cardholder: 'ich_b' })).toBe(false);
    expect(await test.totals(rule)).toEqual([{ scope_key: 'platform', amount: '60', count: 1 }]);
  });

  it.each([
    [false, true],
    [true, false],
  ])('is one mode: a rule with livemode %s leaves requests with %s alone', async (ruled, other) => {
    const card = newCard();
    await test.addRule({ scope_id: card, livemode: ruled, currency: 'usd', max_amount: 1 });
    expect(await approved(2, { card, livemode: ruled })).toBe(false);
    expect(await approved(2, { card, livemode: other })).toBe(true);
  });

  it('of a disabled rule is nothing', async () => {
    const card = newCard();
    await test.addRule({ scope_id: card, enabled: false, currency: 'usd', max_amount: 1 });
    expect(await approved(2, { card })).toBe(true);
  });
});

describe('a change of a rule in the database', () => {
  it('is obeyed by every instance at once', async () => {
    const other = await test.startAnother();
    const card = newCard();
    const rule = await test.addRule({ scope_id: card, currency: 'usd', max_amount: 1 });
    const untilBoth = async (expected: boolean) => {
      for (const { url } of [test.app, other]) {
        const asks = () => authorize(url, authorizationRequest(500, { card }));
        while ((await asks()).body.approved !== expected);
      }
    };
    await untilBoth(false);
    const started = performance.now();
    for (let change = 0; change < 6; change++) {
      const allowed = change % 2 === 0;
      await test.watch.query('UPDATE spending_rule SET max_amount = $2 WHERE id = $1', [
        rule,
        allowed ? 500 : 1,
      ]);
      await untilBoth(allowed);
    }
    // Rules that are merely read again from time to time would take 5 s for each change.
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it('is obeyed also when many come at once: the last one stays', async () => {
    const card = newCard();
    const rule = await test.addRule({ scope_id: card, currency: 'usd', max_amount: 0 });
    for (let maximum = 1; maximum <= 50; maximum++)
      await test.watch.query('UPDATE spending_rule SET max_amount = $2 WHERE id = $1', [rule, maximum]);
    while (!(await approved(50, { card })));
    for (let i = 0; i < 20; i++) expect(await approved(50, { card })).toBe(true);
    expect(await approved(51, { card })).toBe(false);
  });

  it('to the limit of a total is obeyed with the next authorization, because limits are read where totals are', async () => {
    const card = newCard();
    const rule = await test.addRule({ scope_id: card, currency: 'usd', period: 'day', max_total: 100 });
    expect(await approved(100, { card })).toBe(true);
    expect(await approved(50, { card })).toBe(false);
    await test.watch.query('UPDATE spending_rule SET max_total = 150 WHERE id = $1', [rule]);
    expect(await approved(50, { card })).toBe(true);
    expect(await approved(1, { card })).toBe(false);
  });
});
