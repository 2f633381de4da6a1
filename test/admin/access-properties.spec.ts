import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adminTest } from '../harness/admin-test.js';

const RUNS = 100;

/** As any text arrives that goes over the wire as UTF-8. */
const wellFormed = (text: string) => Buffer.from(text).toString();

/** What a careless or malicious client might send for any field. */
const anything = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '\u0000',
    '\ud800',
    '',
    '2999-12-31T23:59:60Z',
    '0000-01-01T00:00:00Z',
    'acct_1',
    'read',
    1e308,
    -0,
    [],
  ),
);
const body = fc.oneof(
  fc.jsonValue(),
  fc.record(
    { name: anything, scope: anything, accounts: anything, expiresAt: anything, reason: anything },
    { requiredKeys: [] },
  ),
  fc.record({
    name: fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
    scope: fc.constantFrom('read', 'replay'),
    accounts: fc.option(fc.array(fc.oneof(fc.constant('acct_1'), fc.string()), { maxLength: 3 })),
    expiresAt: fc.option(fc.date({ noInvalidDate: true }).map((date) => date.toISOString())),
    reason: fc.string({ unit: 'binary', minLength: 1 }),
  }),
);
const parameter = fc.constantFrom(
  'limit',
  'after',
  'key',
  'action',
  'target',
  'from',
  'before',
  '__proto__',
  'limit[]',
  'x',
);
const value = fc.oneof(
  fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(wellFormed(text))),
  fc.constantFrom(
    '1',
    '200',
    '9'.repeat(18),
    '9'.repeat(400),
    '1e3',
    '-1',
    '0x10',
    '%00',
    '%ff',
    '%',
    '2026-01-01T00:00:00Z',
  ),
);
const query = fc
  .array(fc.tuple(parameter, value), { maxLength: 4 })
  .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'));

describe('no input fails in us', () => {
  const test = adminTest();
  const ours = (status: number) => status >= 500 || status < 200;
  const never = async (
    method: string,
    path: string,
    sent?: unknown,
    headers: Record<string, string> = {},
  ) => {
    const { status, body: answer } = await test.call(method, path, { body: sent, headers });
    if (ours(status)) throw new Error(`${status} ${JSON.stringify(answer)}`);
    return status;
  };

  it('whatever the body of a new key', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (sent) => {
        expect([201, 400]).toContain(await never('POST', 'keys', JSON.stringify(sent)));
      }),
      { numRuns: RUNS },
    );
  });

  it('whatever bytes the body is, and whatever it is said to be', async () => {
    const types = fc.constantFrom(
      'application/json',
      'text/plain',
      'application/json; charset=x',
      'multipart/form-data',
      '',
    );
    const encodings = fc.constantFrom('identity', 'gzip', 'br', 'x');
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), types, encodings, async (sent, type, encoding) => {
        const headers = { 'Content-Type': type, 'Content-Encoding': encoding };
        await never('POST', 'keys', wellFormed(sent), headers);
      }),
      { numRuns: RUNS },
    );
  });

  it('whatever the query', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('keys', 'audit', 'issuing/decisions'), query, async (path, sent) => {
        await never('GET', `${path}?${sent}`);
      }),
      { numRuns: RUNS },
    );
  });

  it('whatever the id of the key to revoke', async () => {
    await fc.assert(
      fc.asyncProperty(value, fc.option(body, { nil: undefined }), async (id, sent) => {
        const status = await never(
          'POST',
          `keys/${id}x/revoke`,
          sent === undefined ? undefined : JSON.stringify(sent),
        );
        expect([400, 404]).toContain(status);
      }),
      { numRuns: RUNS },
    );
  });

  it('whatever the credentials', async () => {
    const header = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.constantFrom('Bearer', 'Basic', 'bearer', 'Digest'),
          fc.oneof(fc.string(), fc.base64String()),
        )
        .map((pair) => pair.join(' ')),
    );
    await fc.assert(
      fc.asyncProperty(header, async (authorization) => {
        expect(await never('GET', 'keys/current', undefined, { Authorization: authorization })).toBe(401);
      }),
      { numRuns: RUNS },
    );
  });

  it('however deep or long it is', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect(await never('POST', 'keys', deep)).toBe(400);
    expect(await never('POST', 'keys', '[{"name":"x","scope":"read"}]')).toBe(400);
    expect(await never('POST', 'keys', `{"name":${deep},"scope":"read"}`)).toBe(400);
    expect(await never('POST', 'keys', JSON.stringify({ name: 'x'.repeat(300_000) }))).toBe(413);
    expect(await never('GET', `audit?target=${'x'.repeat(10_000)}`)).toBe(400);
  });
});
