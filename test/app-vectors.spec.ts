import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { verifyAppRequest } from '../src/app-backend/app-request-verifier.js';
import type { SignedRequest } from '../src/app-backend/index.js';
import { signedRequest } from '../src/event-factories/signed-request.js';
import { Problem } from '../src/http/problem.js';
import { verifySignature } from '../src/signature/signature-verifier.js';

const TIME = 1_492_774_577;
const SECRET = 'absec_test';
const userId = 'usr_K6yd2CbXLO9A5G';
const accountId = 'acct_1JSkf6FRwUQjTSJE';
const identity = { user_id: userId, account_id: accountId };

/** Verifies with a clock that has stood still since the request was signed. */
const verify = (body: string | Buffer, header: string, secret = SECRET): SignedRequest =>
  verifyAppRequest({
    header,
    body: Buffer.from(body as string),
    secrets: [secret],
    toleranceSeconds: 300,
    now: TIME,
  });

const headerFor = (body: string): string =>
  signedRequest({ body, secret: SECRET, timestamp: TIME }).headers['Stripe-Signature'] ?? '';

/** The code of the refusal; `undefined` when the request is accepted. */
function refusalOf(body: string | Buffer, header: string): string | undefined {
  try {
    verify(body, header);
    return undefined;
  } catch (error) {
    if (error instanceof Problem && error.status === 400) return error.code;
    throw error;
  }
}

/** JSON with its keys in exactly this order, which an object with keys such as "1" cannot keep. */
const textOf = (entries: readonly (readonly [string, unknown])[]): string =>
  `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;

const reserved = ['__proto__', 'stripe_roles', ...Object.keys(identity)];
const key = fc
  .oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.nat(100).map(String))
  .filter((name) => !reserved.includes(name));
// JSON has no -0, and a nested `__proto__` is refused as such.
const value = fc
  .jsonValue({ maxDepth: 4 })
  .map((json) => JSON.parse(JSON.stringify(json)) as unknown)
  .filter((json) => !JSON.stringify(json).includes('"__proto__":'));
const entries = (minLength: number) =>
  fc.uniqueArray(fc.tuple(key, value), { minLength, maxLength: 5, selector: ([name]) => name });
/** A payload as Stripe signs it: in any order, then who asks. */
const signedEntries = (minLength: number) =>
  entries(minLength).map((payload) => [...payload, ...Object.entries(identity)] as const);

describe("the vectors of Stripe's documentation and library", () => {
  it('verify a webhook event', () => {
    const body = Buffer.from(JSON.stringify({ id: 'evt_test_webhook', object: 'event' }, null, 2));
    const header = 't=1234567890,v1=45969f456b3331a0f76e237ed33423d5f758908f1f0432d30e7d45ba89bb9edd';
    const request = { header, body, secrets: ['whsec_test_secret'], toleranceSeconds: 300 };
    expect(verifySignature({ ...request, now: 1_234_567_890 })).toMatchObject({ ok: true });
    expect(verifySignature({ ...request, now: 1_234_567_890 + 301 })).toMatchObject({
      reason: 'signature_expired',
    });
  });

  const identityHeader = `t=${TIME},v1=c7cca69607e1bd67623f28ed670a6788c0fd158368ba6d0e8e53b366af611f11`;

  it('verify the identity, alone and beside fields that are not signed', () => {
    expect(verify(JSON.stringify(identity), identityHeader)).toMatchObject({ userId, accountId });
    expect(verify(JSON.stringify({ amount: 100, ...identity }), identityHeader)).toMatchObject({
      signed: 'identity',
      userId,
      accountId,
      payload: {},
      unsignedFields: { amount: 100 },
    });
  });

  it('verify a payload', () => {
    const payload = { transaction_id: 'ipi_1KRmFUFRwUQjTSJEjRnCCPyV', amount: 100, livemode: false };
    const header = `t=${TIME},v1=38ad6895bc84d3fc564b06af58b4615976d0df73cad3e405a9ade26b622b8317`;
    const body = JSON.stringify({ ...payload, ...identity });
    expect(verify(body, header)).toMatchObject({
      signed: 'payload',
      userId,
      accountId,
      payload,
      validUntil: TIME + 300,
    });
    expect(refusalOf(body, identityHeader.replace(/v1=../, 'v1=00'))).toBe('signature_mismatch');
  });
});

describe('a signed payload', () => {
  it('comes back as it was signed: unicode, floats, nested JSON, keys such as "1"', () => {
    fc.assert(
      fc.property(signedEntries(0), (fields) => {
        const body = textOf(fields);
        const { signed, payload, unsignedFields } = verify(body, headerFor(body));
        expect(signed).toBe('payload');
        expect(payload).toEqual(Object.fromEntries(fields.slice(0, -2)));
        expect(unsignedFields).toEqual({});
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['unicode', { name: 'Zoë 👩‍👩‍👧 \u2028 \u0000', ключ: '値', '\ud800': '\udfff' }],
    ['floats', { a: 0.1, b: 1e21, c: 5e-324, d: Number.MAX_SAFE_INTEGER, e: -1.5 }],
    ['nested JSON', { a: { b: [{ c: null }, [], {}, [[true]]] } }],
    ['keys such as "1"', { b: 0, '1': 'one', '0': 'zero', a: { '2': 2, x: 1, '1': 1 }, '-1': 1, '01': 1 }],
    ['keys of objects', { constructor: 1, toString: 'x', hasOwnProperty: null, length: 3 }],
    ['nothing', {}],
  ])('comes back as it was signed, for example with %s', (_what, payload) => {
    const body = JSON.stringify({ ...payload, ...identity });
    expect(verify(body, headerFor(body)).payload).toEqual(payload);
  });

  it('is refused with any byte of its body changed', () => {
    fc.assert(
      fc.property(signedEntries(1), fc.nat(), fc.integer({ min: 1, max: 255 }), (fields, at, change) => {
        const body = textOf(fields);
        const changed = Buffer.from(body);
        const index = at % changed.length;
        changed.writeUInt8(changed.readUInt8(index) ^ change, index);
        expect(refusalOf(changed, headerFor(body))).toBe('signature_mismatch');
      }),
      { numRuns: 500 },
    );
  });

  it('is refused with bytes added or taken away', () => {
    fc.assert(
      fc.property(
        signedEntries(1),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 3 }),
        (fields, at, more) => {
          const body = textOf(fields);
          const index = at % body.length;
          for (const changed of [body.slice(0, index) + more + body.slice(index), body.slice(0, index)]) {
            expect(refusalOf(changed, headerFor(body))).toBe('signature_mismatch');
          }
        },
      ),
    );
  });

  it('is refused with any character of its header changed', () => {
    const character = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
    const codes = ['signature_malformed', 'signature_mismatch', 'signature_scheme_unsupported'];
    fc.assert(
      fc.property(signedEntries(1), fc.nat(), character, (fields, at, other) => {
        const body = textOf(fields);
        const header = headerFor(body);
        const index = at % header.length;
        fc.pre(header[index] !== other);
        expect(codes).toContain(refusalOf(body, header.slice(0, index) + other + header.slice(index + 1)));
      }),
      { numRuns: 500 },
    );
  });

  it('is refused with its keys in another order', () => {
    const shuffled = signedEntries(1).chain((fields) =>
      fc.tuple(
        fc.constant(fields),
        fc.shuffledSubarray([...fields], { minLength: fields.length, maxLength: fields.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([fields, reordered]) => {
        const body = textOf(fields);
        fc.pre(textOf(reordered) !== body);
        expect(refusalOf(textOf(reordered), headerFor(body))).toBe('signature_mismatch');
      }),
    );
  });
});
