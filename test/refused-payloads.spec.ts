import { beforeEach, describe, expect, it } from '@jest/globals';
import { inboundTest } from './harness/inbound-test.js';
import { expectProblem } from './harness/refusal.js';
import { routes } from './harness/routes.js';

/** A signature proves who sent the bytes, not that they are an event. What is none leaves no trace in the store. */

const event = {
  id: 'evt_refused',
  object: 'event',
  created: 1_790_000_000,
  livemode: false,
  type: 'payment_intent.succeeded',
  data: { object: { id: 'pi_1', object: 'payment_intent' } },
};
const thin = {
  id: 'evt_test_refused',
  object: 'v2.core.event',
  created: '2026-11-21T12:00:00.000Z',
  livemode: false,
  type: 'v2.core.account[requirements].updated',
};
const text = JSON.stringify(event);
const nested = '['.repeat(100_000);

const notJson: [string, string | Uint8Array][] = [
  ['nothing', ''],
  ['words', 'hello'],
  ['a form', 'id=evt_1&object=event'],
  ['half an event', text.slice(0, -1)],
  ['two events', text + text],
  ['JSON lines', `${text}\n${text}`],
  ['single quotes', text.replaceAll('"', "'")],
  ['NaN', text.replace('false', 'NaN')],
  ['a comment', `/* */${text}`],
  ['a byte order mark', `\uFEFF${text}`],
  ['a byte order mark only', '\uFEFF'],
  ['UTF-16', Buffer.from(text, 'utf16le')],
  ['Latin-1', Buffer.from(text.replace('pi_1', 'pi_é'), 'latin1')],
  [
    'a UTF-8 sequence that is cut',
    Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xf0, 0x9f])]),
  ],
  ['an encoded surrogate', Buffer.from(text.replace('pi_1', 'pi_\u00ed\u00a0\u0080'), 'latin1')],
  ['an overlong encoding', Buffer.from(text.replace('pi_1', 'pi_\u00c0\u00af'), 'latin1')],
  ['a NUL byte in a string', text.replace('pi_1', 'pi_\0')],
  ['NUL bytes', Buffer.alloc(64)],
  ['random bytes', Buffer.from('d2f1a80093ff', 'hex')],
  ['100,000 open brackets', nested],
];

const noEvent: [string, unknown][] = [
  ['null', null],
  ['true', true],
  ['a number', 42],
  ['a string', 'text'],
  ['an empty array', []],
  ['an array with an event', [event]],
  ['an empty object', {}],
  ['an event in an envelope', { event }],
  ['another object of Stripe’s', { ...event, object: 'payment_intent' }],
  ['an `object` that is an object', { ...event, object: event }],
  ...(['id', 'object', 'type', 'created', 'livemode'] as const).flatMap((member): [string, unknown][] => [
    [`no \`${member}\``, { ...event, [member]: undefined }],
    [`\`${member}\` null`, { ...event, [member]: null }],
    [`\`${member}\` an array`, { ...event, [member]: [event[member]] }],
    [`no \`${member}\` in a thin event`, { ...thin, [member]: undefined }],
  ]),
  ...[
    '',
    'a'.repeat(256),
    'evt 1',
    'evt-1',
    'evt_1\n',
    '\tevt_1',
    'evt_\0',
    'evt_é',
    'ｅvt',
    "evt_'--",
    '../x',
    7,
  ].map((id): [string, unknown] => [`the id ${JSON.stringify(id).slice(0, 24)}`, { ...event, id }]),
  ...['', 'a'.repeat(256), 'payment intent', 'a\nb', 'naïve', 12].map((type): [string, unknown] => [
    `the type ${JSON.stringify(type).slice(0, 24)}`,
    { ...event, type },
  ]),
  ...['soon', '', 1.5, -1, 1e300, 253_402_300_800, true, {}].map((created): [string, unknown] => [
    `\`created\` ${JSON.stringify(created)}`,
    { ...event, created },
  ]),
  ['`livemode` as text', { ...event, livemode: 'false' }],
  ['a thin event created in the year 10000', { ...thin, created: '+010000-01-01T00:00:00Z' }],
  ['a thin event created before 1970', { ...thin, created: '1969-12-31T23:59:59Z' }],
];

const hidden = JSON.stringify({ ...event, id: 'evt_hidden' });

const noEventText: [string, string][] = [
  ...noEvent.map(([title, value]): [string, string] => [title, JSON.stringify(value)]),
  ['an event behind `__proto__`', `{"__proto__":${hidden}}`],
  ['an event behind `constructor.prototype`', `{"constructor":{"prototype":${hidden}}}`],
  ['100,000 arrays in each other', nested + ']'.repeat(100_000)],
  ['an id that a second one makes wrong', text.replace('{', '{"id":"evt_first",').replace('evt_refused', '')],
];

const test = inboundTest();

describe.each(routes)('a signed POST $path', ({ path, secret }) => {
  let before: Awaited<ReturnType<typeof test.counts>>;

  beforeEach(async () => {
    before = await test.counts();
  });

  const expectRefused = async (body: string | Uint8Array, code: string) => {
    expectProblem(await test.app.deliver({ path, secret, body }), 400, code);
    expect(await test.counts()).toEqual(before);
  };

  it.each(notJson)('of %s is refused as no JSON', async (_title, body) => {
    await expectRefused(body, 'payload_not_json');
  });

  it.each(noEventText)('of %s is refused as no event', async (_title, body) => {
    await expectRefused(body, 'payload_not_an_event');
  });

  it('that nobody signed is refused for that alone, whatever it holds: it is not read', async () => {
    for (const body of ['', '{', 'null', nested, '{"id":"MARKER"}', text]) {
      const answer = await test.app.deliver({ path, secret: 'whsec_unknown', body });
      expectProblem(answer, 400, 'signature_mismatch');
      expect(JSON.stringify(answer.body)).not.toContain('MARKER');
    }
    expect(await test.counts()).toEqual(before);
  });

  it('says which member is wrong and never repeats the payload', async () => {
    const body = JSON.stringify({ ...event, id: 'MARKER-1', type: 'MARKER-2' });
    const { body: problem } = await test.app.deliver({ path, secret, body });
    expect(problem.detail).toContain('`id`');
    expect(JSON.stringify(problem)).not.toContain('MARKER');
    const cut = await test.app.deliver({ path, secret, body: '{"MARKER": MARKER' });
    expect(JSON.stringify(cut.body)).not.toContain('MARKER');
  });
});
