import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Problem } from '../http/problem.js';
import { type EventEnvelope, parseEnvelope } from './event-envelope.js';

const snapshot = {
  id: 'evt_1',
  object: 'event',
  account: 'acct_1',
  api_version: '2026-10-28.endive',
  created: 1_790_000_000,
  data: {
    object: {
      id: 'pi_1',
      object: 'payment_intent',
      type: 'other',
      customer: 'cus_Q1w2E3r4',
      related: 'acct_1',
    },
    previous_attributes: { customer: 'cus_Before1' },
  },
  livemode: true,
  type: 'payment_intent.succeeded',
};
const thin = {
  id: 'evt_test_1',
  object: 'v2.core.event',
  created: '2026-09-21T14:13:20.000Z',
  context: 'acct_2',
  data: { person: 'person_1Q2w3E4r' },
  livemode: false,
  related_object: { id: 'acct_2', type: 'v2.core.account', object: 'other', url: '/v2/core/accounts/acct_2' },
  type: 'v2.core.account[requirements].updated',
};
const parse = (event: unknown) => parseEnvelope(Buffer.from(JSON.stringify(event)));

/** An envelope, or the problem that was thrown; everything else is passed on. */
function envelopeOrProblem(body: Uint8Array): EventEnvelope | Problem {
  try {
    return parseEnvelope(Buffer.from(body));
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
}

describe('the envelope of an event', () => {
  it('is read from a snapshot event', () => {
    expect(parse(snapshot)).toEqual({
      id: 'evt_1',
      kind: 'snapshot',
      created: new Date('2026-09-21T14:13:20Z'),
      type: 'payment_intent.succeeded',
      livemode: true,
      source: 'connect',
      account: 'acct_1',
      context: null,
      apiVersion: '2026-10-28.endive',
      objectId: 'pi_1',
      objectType: 'payment_intent',
      relatedIds: ['cus_Q1w2E3r4', 'cus_Before1'],
      payload: JSON.stringify(snapshot),
    });
  });

  it('is read from a thin event, whose context names its account', () => {
    expect(parse(thin)).toEqual({
      id: 'evt_test_1',
      kind: 'thin',
      created: new Date('2026-09-21T14:13:20Z'),
      type: 'v2.core.account[requirements].updated',
      livemode: false,
      source: 'connect',
      account: 'acct_2',
      context: 'acct_2',
      apiVersion: null,
      objectId: 'acct_2',
      objectType: 'v2.core.account',
      relatedIds: ['person_1Q2w3E4r'],
      payload: JSON.stringify(thin),
    });
  });

  it.each([
    ['a snapshot event without account', { ...snapshot, account: undefined }],
    ['a snapshot event with an empty account', { ...snapshot, account: '' }],
    ['a snapshot event with account null', { ...snapshot, account: null }],
    ['a snapshot event of an organisation', { ...snapshot, account: undefined, context: 'org_1' }],
    ['a thin event without context', { ...thin, context: undefined }],
    ['a thin event of an organisation', { ...thin, context: 'org_1' }],
  ])('has the source “direct” for %s', (_title, event) => {
    expect(parse(event)).toMatchObject({ source: 'direct', account: null });
  });

  // Elsewhere the text could mean another moment: `created` is part of the store's key, so it must not depend on the
  // machine's time zone.
  it.each([
    ['a snapshot event', 'text', { ...snapshot, created: '5' }],
    ['a snapshot event', 'an ISO time', { ...snapshot, created: thin.created }],
    ['a thin event', 'a number', { ...thin, created: snapshot.created }],
    ['a thin event', 'a number as text', { ...thin, created: '5' }],
    ['a thin event', 'a time in words', { ...thin, created: 'June 5, 2026' }],
  ])('is not read from %s whose `created` is %s', (_event, _value, event) => {
    expect(() => parse(event)).toThrow('`created`');
  });
});

/** Values that a member of an event should not have, and some that it may. */
const anything = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    'event',
    'v2.core.event',
    'evt_1',
    'acct_\0',
    '\ud800',
    thin.created,
    -1,
    1e300,
    0,
    5e9,
    true,
  ),
);
const events = fc
  .tuple(
    fc.constantFrom<object>(snapshot, thin),
    fc.dictionary(fc.constantFrom(...Object.keys({ ...snapshot, ...thin })), anything, { maxKeys: 3 }),
  )
  .map(([event, changes]) => Buffer.from(JSON.stringify({ ...event, ...changes })));

/** What the store could not take, or would not give back as it came. */
function faultsOf({ id, created, payload, ...rest }: EventEnvelope, body: Uint8Array): string[] {
  const texts = Object.values(rest).filter((value) => typeof value === 'string');
  return [
    ...(/^\w{1,255}$/.test(id) ? [] : ['id']),
    ...(created.getTime() >= 0 ? [] : ['created']),
    ...(Buffer.from(payload).equals(body) ? [] : ['payload']),
    ...texts.filter((text) => text.includes('\0') || text.length > 255),
  ];
}

describe('any bytes at all', () => {
  it('give an envelope that can be stored, or a problem with status 400; nothing else', () => {
    const seen = new Set<string>();
    const cut = fc.tuple(events, fc.nat(400)).map(([body, length]) => body.subarray(0, length));
    const bodies = fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from), cut, {
      arbitrary: events,
      weight: 6,
    });
    const property = fc.property(bodies, (body) => {
      const result = envelopeOrProblem(body);
      seen.add(result instanceof Problem ? result.code : result.kind);
      expect(result instanceof Problem ? result.status : faultsOf(result, body)).toEqual(
        result instanceof Problem ? 400 : [],
      );
    });
    fc.assert(property, { numRuns: 3_000 });
    expect([...seen].toSorted()).toEqual(['payload_not_an_event', 'payload_not_json', 'snapshot', 'thin']);
  });

  it('are never repeated in the problem they give', () => {
    const marked = (text: string) => envelopeOrProblem(Buffer.from(text)) as Problem;
    for (const text of [
      'MARKER',
      '{"MARKER',
      '"MARKER"',
      '{"object":"MARKER"}',
      '{"object":"event","id":"MARKER-"}',
    ])
      expect(`${marked(text).message} ${String(marked(text).cause)}`).not.toContain('MARKER');
  });
});
