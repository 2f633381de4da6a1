import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Stripe from 'stripe';
import { type SignatureVerdict, verifySignature } from './signature-verifier.js';

const secret = 'whsec_unit';
const now = 1_790_000_000;
const zeros = '0'.repeat(64);

const MALFORMED = 'signature_malformed';
const MISMATCH = 'signature_mismatch';
/** Stripe's library says so where it fails instead of refusing. */
const THROWS = 'secureCompare must receive two arguments';

const mac = (time: number | string, body: string | Uint8Array, key = secret) =>
  createHmac('sha256', key).update(`${time}.`).update(body).digest('hex');

const verify = (
  header: string | undefined,
  body: string | Uint8Array,
  secrets = [secret],
): SignatureVerdict =>
  verifySignature({ header, body: Buffer.from(body), secrets, toleranceSeconds: 300, now });

/** The verdict in one word: `ok`, or the reason of the refusal. */
const outcome = (verdict: SignatureVerdict) => (verdict.ok ? 'ok' : verdict.reason);

/** What Stripe's own library makes of the same request, in our words. */
function stripeOutcome(header: string | undefined, body: string | Uint8Array): string {
  try {
    const { signature } = Stripe.webhooks;
    signature?.verifyHeader(Buffer.from(body), header ?? '', secret, 300, undefined, now * 1_000);
    return 'ok';
  } catch (error) {
    const { message } = error as Error;
    const reasons: Record<string, string> = {
      'No stripe-signature header value': 'signature_missing',
      'Unable to extract timestamp': 'signature_malformed',
      'No signatures found with expected scheme': 'signature_scheme_unsupported',
      'No signatures found matching': 'signature_mismatch',
      'Timestamp outside the tolerance': 'signature_expired',
    };
    return Object.entries(reasons).find(([start]) => message.startsWith(start))?.[1] ?? message;
  }
}

describe('a signature', () => {
  it.each([
    {
      key: 'whsec_test_secret',
      time: 1_234_567_890,
      body: JSON.stringify({ id: 'evt_test_webhook', object: 'event' }, null, 2),
      v1: '45969f456b3331a0f76e237ed33423d5f758908f1f0432d30e7d45ba89bb9edd',
    },
    {
      key: 'absec_test',
      time: 1_492_774_577,
      body: '{"user_id":"usr_K6yd2CbXLO9A5G","account_id":"acct_1JSkf6FRwUQjTSJE"}',
      v1: 'c7cca69607e1bd67623f28ed670a6788c0fd158368ba6d0e8e53b366af611f11',
    },
    {
      key: 'absec_test',
      time: 1_492_774_577,
      body:
        '{"transaction_id":"ipi_1KRmFUFRwUQjTSJEjRnCCPyV","amount":100,"livemode":false,' +
        '"user_id":"usr_K6yd2CbXLO9A5G","account_id":"acct_1JSkf6FRwUQjTSJE"}',
      v1: '38ad6895bc84d3fc564b06af58b4615976d0df73cad3e405a9ade26b622b8317',
    },
  ])('that Stripe made with $key at $time is good', ({ key, time, body, v1 }) => {
    const request = { body: Buffer.from(body), secrets: [key], toleranceSeconds: 300, now: time };
    expect(verifySignature({ ...request, header: `t=${time},v1=${v1}` })).toMatchObject({
      ok: true,
      secretIndex: 0,
    });
    const changed = Buffer.from(body.replace('"', "'"));
    expect(verifySignature({ ...request, body: changed, header: `t=${time},v1=${v1}` }).ok).toBe(false);
  });

  it.each([
    ['signature_missing', undefined],
    ['signature_missing', ''],
    ['signature_malformed', `v1=${mac(now, 'x')}`],
    ['signature_malformed', 'nonsense'],
    ['signature_scheme_unsupported', `t=${now}`],
    ['signature_scheme_unsupported', `t=${now},v0=${mac(now, 'x')}`],
    ['signature_mismatch', `t=${now},v1=${zeros}`],
    ['signature_mismatch', `t=${now},v1=`],
    ['signature_mismatch', `t=${now},v1=${mac(now, 'x').toUpperCase()}`],
    ['signature_mismatch', `t=${now + 1},v1=${mac(now, 'x')}`],
    ['signature_mismatch', `t=1,v1=${zeros}`],
    ['signature_expired', `t=${now - 301},v1=${mac(now - 301, 'x')}`],
    ['ok', `t=${now - 300},v1=${mac(now - 300, 'x')}`],
  ])('is judged %s when its header is %s', (verdict, header) => {
    expect(outcome(verify(header, 'x'))).toBe(verdict);
    // An empty `v1=` makes Stripe's library throw something that is no refusal.
    expect(stripeOutcome(header, 'x')).toBe(header?.endsWith('v1=') ? THROWS : verdict);
  });

  it('tells which of several secrets made it, the newest where several did', () => {
    const secrets = ['newest', 'older', 'oldest'];
    const signedBy = (...keys: string[]) =>
      `t=${now},${keys.map((key) => `v1=${mac(now, 'x', key)}`).join(',')}`;
    expect(verify(signedBy('older'), 'x', secrets)).toMatchObject({ ok: true, secretIndex: 1 });
    expect(verify(signedBy('oldest', 'unknown', 'newest'), 'x', secrets)).toMatchObject({
      ok: true,
      secretIndex: 0,
    });
    expect(outcome(verify(signedBy('unknown'), 'x', secrets))).toBe('signature_mismatch');
    expect(outcome(verify(signedBy('newest'), 'x', []))).toBe('signature_mismatch');
  });

  it('counts whole seconds of age, as Stripe’s library does', () => {
    const header = `t=${now - 300},v1=${mac(now - 300, 'x')}`;
    const request = { header, body: Buffer.from('x'), secrets: [secret], toleranceSeconds: 300 };
    expect(verifySignature({ ...request, now: now + 0.999 }).ok).toBe(true);
    expect(verifySignature({ ...request, now: now + 1 }).ok).toBe(false);
  });

  it('never makes the verifier throw, whatever the header and the body', () => {
    const word = fc.constantFrom(
      't',
      'v1',
      'v0',
      '=',
      ',',
      String(now),
      zeros,
      '\0',
      'é',
      '-1',
      'Infinity',
      ' ',
    );
    const header = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word).map((words) => words.join('')),
    );
    const property = fc.property(header, fc.uint8Array(), (text, body) => {
      expect(verify(text, body).ok).toBe(false);
    });
    fc.assert(property, { numRuns: 2_000 });
  });
});

/** A time as it is written by Stripe; a signature by its relation to the signed text. */
type Item =
  | { t: number }
  | { v1: 'good' | 'other time' | 'other body' | 'other secret' | 'cut' | 'upper' | 'wrong' }
  | string;

const times = fc.constantFrom(
  now,
  now - 299,
  now - 300,
  now - 301,
  now - 100_000,
  now + 1,
  now + 1_000_000,
  0,
);
const items = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ t: times }) },
    { weight: 4, arbitrary: fc.record({ v1: fc.constant('good' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        v1: fc.constantFrom('other time', 'other body', 'other secret', 'cut', 'upper', 'wrong'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(`v0=${zeros}`, 'foo=bar', 'v1 =x', ' v1=x', 'T=1', '', '=', 'v11=x'),
    },
  ),
  { maxLength: 5 },
) as fc.Arbitrary<Item[]>;

function headerOf(list: Item[], body: string): string {
  const time =
    list.findLast((item): item is { t: number } => typeof item === 'object' && 't' in item)?.t ?? now;
  const good = mac(time, body);
  const signatures = {
    good,
    'other time': mac(time + 1, body),
    'other body': mac(time, `${body} `),
    'other secret': mac(time, body, 'whsec_other'),
    cut: good.slice(0, 63),
    upper: `A${good.slice(1).toUpperCase()}`,
    wrong: zeros,
  };
  return list
    .map((item) =>
      typeof item === 'string' ? item : 't' in item ? `t=${item.t}` : `v1=${signatures[item.v1]}`,
    )
    .join(',');
}

describe('compared with Stripe’s own library', () => {
  it('the verdict and its reason are the same for every header that Stripe could write', () => {
    const seen = new Set<string>();
    const body = fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('\uFEFF'));
    const property = fc.property(items, body, (list, text) => {
      const header = headerOf(list, text);
      const ours = outcome(verify(header, text));
      expect(ours).toBe(stripeOutcome(header, text));
      seen.add(ours);
    });
    fc.assert(property, { numRuns: 3_000 });
    expect([...seen].toSorted()).toEqual([
      'ok',
      'signature_expired',
      'signature_malformed',
      'signature_mismatch',
      'signature_missing',
      'signature_scheme_unsupported',
    ]);
  });

  // Where we differ, and why that is right. Each needs a holder of the secret, so none lets a stranger in.
  it.each([
    [
      'an empty v1 refuses only itself; the library throws no refusal',
      `t=${now},v1=,v1=${mac(now, 'x')}`,
      'x',
      'ok',
      THROWS,
    ],
    ['and so does a v1 without “=”', `t=${now},v1,v1=${mac(now, 'x')}`, 'x', 'ok', THROWS],
    [
      'a time is digits only; the library takes what parseInt takes',
      `t=${now}s,v1=${mac(now, 'x')}`,
      'x',
      MALFORMED,
      'ok',
    ],
    ['a time with a sign is none', `t=+${now},v1=${mac(now, 'x')}`, 'x', MALFORMED, 'ok'],
    [
      'a time is signed as it is written, not as a number',
      `t=0${now},v1=${mac(`0${now}`, 'x')}`,
      'x',
      'ok',
      MISMATCH,
    ],
    ['a second time that is none is passed over', `t=${now},t=x,v1=${mac(now, 'x')}`, 'x', 'ok', MISMATCH],
    ['“NaN” cannot be signed', `t=x,v1=${mac('NaN', 'x')}`, 'x', MALFORMED, 'ok'],
    ['a time has at most 12 digits', `t=${now}000,v1=${mac(`${now}000`, 'x')}`, 'x', MALFORMED, 'ok'],
    [
      'a byte order mark is part of the bytes',
      `t=${now},v1=${mac(now, '\uFEFFx')}`,
      '\uFEFFx',
      'ok',
      MISMATCH,
    ],
    ['and so is invalid UTF-8', `t=${now},v1=${mac(now, Buffer.of(0xff))}`, Buffer.of(0xff), 'ok', MISMATCH],
  ])('%s', (_title, header, body, ours, theirs) => {
    expect({ ours: outcome(verify(header, body)), theirs: stripeOutcome(header, body) }).toEqual({
      ours,
      theirs,
    });
  });
});
