import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createThinEvent } from '../src/event-factories/create-thin-event.js';
import { stripeId } from '../src/event-factories/stripe-id.js';
import { EffectModule } from './harness/effects.js';
import { inboundTest } from './harness/inbound-test.js';
import { paymentFor, type Route, routes } from './harness/routes.js';
import { ThinModule } from './harness/thin-handler.js';

const test = inboundTest({ features: [EffectModule, ThinModule] });

const created = 1_790_000_000;

/** The text of a payment event with `member` in its object, in an order and spacing that no serializer would make. */
const paymentText = (id: string, { account }: Route, member: string) =>
  `{ "type":"payment_intent.succeeded","data":{"object":{${member},"object":"payment_intent"}},\n` +
  `${account ? `"account":"${account}",` : ''}"livemode" :false,"created":${created},"object":"event","id":"${id}"}`;

const members: [string, string][] = [
  ['an escaped NUL', '"a":"x\\u0000y","\\u0000":"\\u0000"'],
  ['lone surrogates', '"a":"\\ud83d","b":"\\ude00\\ud83d","\\udfff":1'],
  ['20-digit integers', '"amount":12345678901234567890,"b":-99999999999999999999'],
  [
    'numbers that JavaScript would rewrite',
    '"a":1.10,"b":1E+2,"c":-0,"d":1e400,"e":0.1234567890123456789012345',
  ],
  ['emoji', '"a":"😀👩‍👩‍👧‍👦🏳️‍🌈","🙂":"\\ud83d\\ude00"'],
  [
    'every kind of Unicode',
    '"a":"é e\u0301 \u202Eabc\u202C \u2028 \u2029 \uFEFF \uFFFD \uFFFF \u{10FFFF} \u0080 \u007F"',
  ],
  ['duplicate keys', '"a":1,"a":2,"a":{"a":1,"a":1},"id":"pi_1","id":"pi_2"'],
  ['escapes that need none', '"\\u0061":"\\/\\u002f\\b\\f\\n\\r\\t\\"\\\\\\u003C"'],
  ['odd white space', '\r\n\t "a" \t:\r\r[ 1 ,\n\n2\t]  \n'],
  [
    'keys of the prototype',
    '"__proto__":{"id":"evt_other","admin":true},"constructor":{"prototype":1},"toString":0',
  ],
  ['empty keys and values', '"":"","a":{},"b":[],"c":null'],
  ['SQL', `"a":"'; DROP TABLE stripe_event; --","b":"$1 \\\\x00 \\\\N","c":"E'\\\\0'"`],
  ['100,000 levels', `"a":${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['100,000 levels of objects', `"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['a million characters in one string', `"a":"${'é'.repeat(500_000)}"`],
  ['an object id of 300 characters', `"id":"pi_${'1'.repeat(297)}"`],
  ['an object id with a NUL', '"id":"pi_\\u0000"'],
  ['an object id with a lone surrogate', '"id":"pi_\\ud800"'],
];

describe.each(routes)('an event from $path', (route) => {
  const { path, secret } = route;

  /** It is acknowledged, stored as the same bytes, handled, and the same again counts as seen. */
  async function expectKept(id: string, text: string) {
    const body = Buffer.from(text);
    for (const _delivery of ['new', 'seen']) {
      const answer = await test.app.deliver({ path, secret, body });
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { received: true } });
    }
    const rows = await test.stored(id);
    expect(rows).toHaveLength(1);
    expect(rows[0]?.payload.equals(body)).toBe(true);
    return rows[0];
  }

  it.each(members)('with %s is stored byte for byte and handled', async (_title, member) => {
    const id = stripeId('evt');
    await expectKept(id, paymentText(id, route, member));
    expect(await test.watch.untilFinished([id])).toEqual([
      { event_id: id, handler_id: 'test.effect', status: 'succeeded' },
    ]);
    expect(await test.effects(id)).toHaveLength(1);
  });

  it('is stored byte for byte, whatever JSON it holds and however that is spaced', async () => {
    const space = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r') });
    const value = fc.oneof(fc.jsonValue({ stringUnit: 'binary' }), fc.string({ unit: 'binary' }));
    const property = fc.asyncProperty(value, space, space, async (anything, before, after) => {
      const id = stripeId('evt');
      const member = `"a":${before}${JSON.stringify(anything, null, before.length)}${after}`;
      await expectKept(id, `${before}${paymentText(id, route, member)}${after}`);
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it.each([
    ['no data', { data: undefined }],
    ['data null', { data: null }],
    ['data that is no object', { data: ['x'] }],
    ['an object that is text', { data: { object: 'pi_1' } }],
    ['a request of the old kind', { request: 'req_1' }],
    ['no API version', { api_version: null }],
    ['a type nobody knows', { type: 'future.thing_v2[x].done' }],
    ['an id of 255 characters', { id: `evt_${'A'.repeat(251)}` }],
    ['an id in the form of no id of Stripe’s', { id: '0' }],
    ['the oldest time', { created: 0 }],
    ['a time far ahead', { created: 253_370_764_799 }],
    ['members nobody knows', { brand_new: { a: 1 } }],
    ['a context that is no text', { context: { a: 1 } }],
  ])('with %s is genuine all the same, and stored', async (_title, changes) => {
    const event = { ...paymentFor(route), ...changes };
    const id = `${event.id}${path === '/webhook' ? '' : path.length}`.slice(-255);
    const row = await expectKept(id, JSON.stringify({ ...event, id }));
    expect(row?.source).toBe(route.source);
  });

  it.each([
    ['of 300 characters', `acct_${'1'.repeat(295)}`],
    ['with a NUL', 'acct_\0'],
    ['that is a number', 42],
  ])('with an account %s is never taken for one of the platform’s own', async (_title, account) => {
    const event = { ...paymentFor(route), account };
    const { status } = await test.app.deliver({ path, secret, event });
    expect([200, 400]).toContain(status);
    expect((await test.stored(event.id)).map(({ source }) => source)).toEqual(
      status === 400 ? [] : ['connect'],
    );
  });

  it('that is thin is stored as its own kind and handled by a typed handler', async () => {
    const { account } = route;
    const event = createThinEvent('v2.core.account[requirements].updated', account ? { account } : {});
    const row = await expectKept(event.id, JSON.stringify(event));
    const object = event.related_object;
    expect(row).toMatchObject({
      kind: 'thin',
      source: route.source,
      account: account ?? null,
      context: account ?? null,
      object_id: object.id,
      object_type: 'v2.core.account',
    });
    await test.watch.untilFinished([event.id]);
    const handled = { handler_id: `${object.id} as ${account ?? 'platform'}`, attempt: 1 };
    expect(await test.effects(event.id)).toEqual([handled]);
  });
});
