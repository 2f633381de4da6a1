import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from '../config/env.js';
import { Redaction } from './redaction.js';

const ADMIN_REDACT_FIELDS = ['email', '*_phone', 'card.last4', 'address'];
const redaction = new Redaction({ ADMIN_REDACT_FIELDS });

/** Said another way than the product says it: by the last two names of a path. */
const isListed = (parent: string, name: string) =>
  name === 'email' ||
  name.endsWith('_phone') ||
  name === 'address' ||
  (parent === 'card' && name === 'last4');

const names = ['email', 'billing_phone', 'phone', 'card', 'last4', 'address', 'line1', 'items', 'email_sent'];
const { document } = fc.letrec<{ document: unknown; value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constant('text'),
    tie('document'),
    fc.array(tie('value'), { maxLength: 3 }),
  ),
  document: fc.dictionary(fc.constantFrom(...names), tie('value'), { maxKeys: 5 }),
}));

/** Gives each text of a document a number of its own, and says which ones are in a listed field. */
function numbered(value: unknown, listed: string[], open: string[], at = '', hidden = false): unknown {
  if (value === 'text') {
    const text = `value-${listed.length + open.length}-`;
    (hidden ? listed : open).push(text);
    return text;
  }
  if (Array.isArray(value)) return value.map((entry) => numbered(entry, listed, open, at, hidden));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      numbered(member, listed, open, name, hidden || isListed(at, name)),
    ]),
  );
}

describe('redaction', () => {
  it('leaves out every value of a listed field, wherever it is, and no other', () => {
    let seen = 0;
    fc.assert(
      fc.property(document, (made) => {
        const [listed, open]: [string[], string[]] = [[], []];
        const text = JSON.stringify(numbered(made, listed, open));
        const shown = redaction.document(text);
        seen += listed.length;
        expect(listed.filter((value) => shown.includes(value))).toEqual([]);
        expect(open.filter((value) => !shown.includes(value))).toEqual([]);
        const said = redaction.text(`${listed.join(' ')} ${open.join(' ')}`, text);
        expect(listed.filter((value) => said.includes(value))).toEqual([]);
        expect(open.filter((value) => !said.includes(value))).toEqual([]);
      }),
    );
    expect(seen).toBeGreaterThan(50);
  });

  it.each([
    ['email', { from: '[redacted]', to: null }],
    ['items.data[0].card.last4', { from: '[redacted]', to: null }],
    ['address.line1', { from: '[redacted]', to: null }],
    ['["a b"].email', { from: '[redacted]', to: null }],
    ['last4', { from: 'Jenny', to: null }],
    ['status', { from: 'Jenny', to: null }],
  ])('judges a change of %s by its path', (path, shown) => {
    expect(redaction.json({ changes: [{ path, from: 'Jenny', to: null }] })).toEqual({
      changes: [{ path, ...shown }],
    });
  });

  it('looks into the values of a change, too', () => {
    const change = { path: 'card', from: { last4: '4242', brand: 'visa' }, to: { email: 'j@example.com' } };
    expect(redaction.json(change)).toEqual({
      path: 'card',
      from: { last4: '[redacted]', brand: 'visa' },
      to: { email: '[redacted]' },
    });
  });

  it('keeps times as they are, and shows nothing of what is nested without end', () => {
    const at = new Date();
    expect(redaction.json({ at })).toEqual({ at });
    const deep = `${'{"a":'.repeat(50_000)}"x"${'}'.repeat(50_000)}`;
    expect(redaction.document(deep)).not.toContain('"x"');
    expect(redaction.text('x', deep)).toBe('x');
    expect(redaction.document('Jenny')).toBe('"[redacted]"');
  });

  it.each(['', 'a..b', 'a b', 'email,'])('is not set to %j', (ADMIN_REDACT_FIELDS) => {
    const env = { DATABASE_URL: 'postgres://x', REDIS_URL: 'redis://x', ROLE: 'worker', ADMIN_REDACT_FIELDS };
    if (ADMIN_REDACT_FIELDS) expect(() => loadConfig(env)).toThrow('ADMIN_REDACT_FIELDS');
    else expect(loadConfig(env).ADMIN_REDACT_FIELDS).toContain('email');
  });
});
