import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AuthorizationRequest } from './authorization-request.js';
import { concerns, periodStart, reservationFor, violation } from './rule-check.js';
import type { SpendingRule } from './spending-rule.entity.js';

const rule = (columns: Partial<SpendingRule> = {}): SpendingRule => ({
  id: '7',
  name: 'test',
  enabled: true,
  livemode: false,
  scope: 'card',
  scopeId: null,
  currency: null,
  maxAmount: null,
  period: null,
  maxTotal: null,
  maxCount: null,
  allowedCategories: null,
  blockedCategories: null,
  allowedCountries: null,
  blockedCountries: null,
  allowedMethods: null,
  blockedMethods: null,
  allowedPresence: null,
  blockedPresence: null,
  createdAt: new Date(0),
  updatedAt: new Date(0),
  ...columns,
});

const request = (facts: Partial<AuthorizationRequest> = {}): AuthorizationRequest => ({
  eventId: 'evt_1',
  requestedAt: new Date(0),
  authorizationId: 'iauth_1',
  cardId: 'ic_1',
  cardholderId: 'ich_1',
  account: null,
  livemode: false,
  amount: 500,
  currency: 'usd',
  authorized: 0,
  amountControllable: false,
  cashback: 0,
  merchant: { category: 'bakeries', categoryCode: '5462', country: 'FR' },
  method: 'chip',
  presence: 'present',
  authorization: {} as AuthorizationRequest['authorization'],
  ...facts,
});

describe('a rule', () => {
  it.each([
    [{ scope: 'platform' } as const, {}, true],
    [{ scope: 'platform', livemode: true } as const, {}, false],
    [{}, {}, true],
    [{ scopeId: 'ic_1' }, {}, true],
    [{ scopeId: 'ic_2' }, {}, false],
    [{ scopeId: 'ich_1' }, {}, false],
    [{ scope: 'cardholder' } as const, {}, true],
    [{ scope: 'cardholder', scopeId: 'ich_1' } as const, {}, true],
    [{ scope: 'cardholder', scopeId: 'ic_1' } as const, {}, false],
    [{ scope: 'cardholder' } as const, { cardholderId: null }, false],
  ])('with %j concerns a request with %j: %s', (columns, facts, expected) => {
    expect(concerns(rule(columns), request(facts))).toBe(expected);
  });

  it('without conditions forbids nothing', () => {
    expect(violation(rule(), request({ amount: Number.MAX_SAFE_INTEGER }))).toBeUndefined();
  });

  it('forbids what goes beyond its maximum together with what is authorized already', () => {
    const maximum = rule({ currency: 'usd', maxAmount: 500 });
    expect(violation(maximum, request())).toBeUndefined();
    expect(violation(maximum, request({ authorized: 1 }))).toBe('amount');
    expect(violation(maximum, request({ amount: 0, authorized: 500 }))).toBeUndefined();
  });

  it.each([
    ['Categories', 'merchant category', [['bakeries'], ['5462']], [['bars'], ['Bakeries'], []]],
    ['Countries', 'merchant country', [['DE', 'FR']], [['DE'], ['fr'], []]],
    ['Methods', 'authorization method', [['chip']], [['swipe'], []]],
    ['Presence', 'card presence', [['present']], [['not_present'], []]],
  ])('allows or blocks by a list of %s', (name, named, fitting, others) => {
    const nothing = request({
      merchant: { category: null, categoryCode: null, country: null },
      method: null,
      presence: null,
    });
    for (const list of fitting) {
      expect(violation(rule({ [`allowed${name}`]: list }), request())).toBeUndefined();
      expect(violation(rule({ [`blocked${name}`]: list }), request())).toBe(named);
      expect(violation(rule({ [`allowed${name}`]: list }), nothing)).toBe(named);
      expect(violation(rule({ [`blocked${name}`]: list }), nothing)).toBeUndefined();
    }
    for (const list of others) {
      expect(violation(rule({ [`allowed${name}`]: list }), request())).toBe(named);
      expect(violation(rule({ [`blocked${name}`]: list }), request())).toBeUndefined();
    }
  });

  it('keeps a total for each card, each cardholder, or all', () => {
    const noon = new Date('2026-11-21T12:00:00Z');
    const keyOf = (columns: Partial<SpendingRule>) =>
      reservationFor(rule({ period: 'day', maxCount: 1, ...columns }), request(), noon);
    expect(keyOf({})).toEqual({ ruleId: '7', scopeKey: 'ic_1', periodStart: '2026-11-21' });
    expect(keyOf({ scope: 'cardholder' })).toMatchObject({ scopeKey: 'ich_1' });
    expect(keyOf({ scope: 'platform' })).toMatchObject({ scopeKey: 'platform' });
    expect(keyOf({ currency: 'usd' })).toMatchObject({ scopeKey: 'ic_1' });
    expect(keyOf({ currency: 'eur' })).toBeUndefined();
    expect(keyOf({ period: null })).toBeUndefined();
  });
});

describe('a period', () => {
  it.each([
    ['2026-11-21T23:59:59.999Z', '2026-11-21', '2026-11-16', '2026-11-01'],
    ['2026-11-22T23:59:59.999Z', '2026-11-22', '2026-11-16', '2026-11-01'],
    ['2026-11-23T00:00:00.000Z', '2026-11-23', '2026-11-23', '2026-11-01'],
    ['2027-01-01T00:00:00.000Z', '2027-01-01', '2026-12-28', '2027-01-01'],
    ['2028-02-29T12:00:00.000Z', '2028-02-29', '2028-02-28', '2028-02-01'],
  ])('that holds %s began on the day %s, the Monday %s, the first %s', (now, day, week, month) => {
    const starts = (['day', 'week', 'month'] as const).map((period) => periodStart(period, new Date(now)));
    expect(starts).toEqual([day, week, month]);
  });

  it('is the same from its first moment to its last, and weeks begin on Monday', () => {
    const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(time, fc.constantFrom('day', 'week', 'month'), (now, period) => {
        const start = periodStart(period, now);
        const first = new Date(`${start}T00:00:00Z`);
        const length = { day: 1, week: 7, month: 31 }[period] * 86_400_000;
        expect(first.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(now.getTime() - first.getTime()).toBeLessThan(length);
        expect(periodStart(period, first)).toBe(start);
        expect(periodStart(period, new Date(first.getTime() - 1))).not.toBe(start);
        if (period === 'week') expect(first.getUTCDay()).toBe(1);
      }),
    );
  });
});
