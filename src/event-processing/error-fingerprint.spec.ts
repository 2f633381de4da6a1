import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { errorFingerprint } from './error-fingerprint.js';

const of = (message: string) => errorFingerprint('Error', message);

const base62 = fc.stringMatching(/^[A-Za-z0-9]{8,20}$/).filter((text) => /[0-9A-Z]/.test(text));
const stripeId = fc
  .tuple(fc.constantFrom('evt', 'pi', 'acct', 'cs_test', 'sub_sched'), base62)
  .map(([prefix, rest]) => `${prefix}_${rest}`);
const quoted = fc.stringMatching(/^[\w ,.@:/-]{0,40}$/).map((text) => `"${text}"`);
const moment = fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') });
const hex = fc.stringMatching(/^[0-9a-f]{8,40}$/).filter((text) => /\d/.test(text));

/** For each: two values that an error might name in the same place. */
const variable: Record<string, fc.Arbitrary<string>> = {
  'ids of Stripe': stripeId,
  UUIDs: fc.uuid(),
  'hexadecimal numbers': hex,
  numbers: fc.oneof(
    fc.integer().map(String),
    fc.integer({ min: 0 }).map((n) => n.toLocaleString('en')),
  ),
  decimals: fc.tuple(fc.nat(), fc.nat()).map((parts) => parts.join('.')),
  'quoted texts': quoted,
  'ISO times': moment.map((date) => date.toISOString()),
  'IP addresses': fc.ipV4(),
  'addresses with a port': fc.tuple(fc.ipV4(), fc.nat(65_535)).map((parts) => parts.join(':')),
  'IPv6 addresses': fc
    .array(fc.stringMatching(/^[0-9a-f]{1,4}$/), { minLength: 8, maxLength: 8 })
    .map((parts) => parts.join(':')),
  'e-mail addresses': fc
    .tuple(fc.stringMatching(/^[a-z][\w.+]{0,20}$/), fc.stringMatching(/^[a-z]{1,10}\.(com|example)$/))
    .map((parts) => parts.join('@')),
};

describe('the fingerprint of an error', () => {
  it.each(Object.entries(variable))('does not depend on %s', (_name, values) => {
    fc.assert(
      fc.property(
        values,
        values,
        fc.constantFrom(['No order for ', ''], ['Order (', ') was lost'], ['tried ', ', then gave up']),
        (one, other, [before, after]) => {
          expect(of(`${before}${one}${after}`)).toBe(of(`${before}${other}${after}`));
        },
      ),
    );
  });

  it.each([
    ['connect ECONNREFUSED 10.0.0.3:5432', 'connect ECONNREFUSED 10.1.22.3:6432'],
    ['Key (id)=(42) is a duplicate', 'Key (id)=(1e6) is a duplicate'],
    ["It's gone: 'a b'", "It's gone: 'it went'"],
    ['Due at Sun Nov 22 2026 00:25:11 GMT+0000', 'Due at Mon Feb 02 2027 10:25:11 GMT+0100'],
    ['Balance is -5', 'Balance is 1,234.50'],
    ['Customer cus_NffrFeUfNVxHib has no card', 'Customer cus_abcdefgHijklmn has no card'],
    ['failed\n  here', 'failed here'],
  ])('is the same for %j and %j', (one, other) => {
    expect(of(one)).toBe(of(other));
  });

  it.each([
    ['No such customer', 'No such order'],
    [
      "Cannot read properties of undefined (reading 'id')",
      "Cannot read properties of undefined (reading 'card')",
    ],
    ['Request failed with status code 404', 'Request failed with status code 503'],
    ['HTTP 404', 'HTTP 503'],
    ['payment_intent is missing', 'payment_method is missing'],
    ['relation does not exist', 'column does not exist'],
    ['', 'x'],
  ])('differs between %j and %j', (one, other) => {
    expect(of(one)).not.toBe(of(other));
  });

  it('differs between classes of errors', () => {
    expect(errorFingerprint('TypeError', 'gone')).not.toBe(errorFingerprint('RangeError', 'gone'));
  });

  it('differs between messages of different words', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,10}$/), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(words, words, (one, other) => {
        expect(of(one.join(' ')) === of(other.join(' '))).toBe(one.join(' ') === other.join(' '));
      }),
    );
  });

  it('exists for any text, has 16 hexadecimal digits and is always the same', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ maxLength: 6_000 }),
      fc.constant('\ud800\0'),
    );
    fc.assert(
      fc.property(text, text, (name, message) => {
        expect(errorFingerprint(name, message)).toMatch(/^[0-9a-f]{16}$/);
        expect(errorFingerprint(name, message)).toBe(errorFingerprint(name, message));
      }),
    );
  });

  it.each(['a', "'", '“', '#.', '1', 'a_', 'a:', '@', '-', ' '])(
    'takes no longer for a long row of %j than for any other text',
    (unit) => {
      expect(of(unit.repeat(100_000))).toBe(of(unit.repeat(200_000)));
    },
  );
});
