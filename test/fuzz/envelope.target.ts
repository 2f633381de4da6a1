import fc from 'fast-check';
import { Problem } from '../../src/http/problem.js';
import { parseEnvelope } from '../../src/signature/event-envelope.js';
import { target } from './fuzz-target.js';

const snapshot = {
  id: 'evt_1',
  object: 'event',
  type: 'payment_intent.succeeded',
  created: 1_790_000_000,
  livemode: false,
  account: 'acct_1',
  data: { object: { id: 'pi_1Abcdefg', object: 'payment_intent', customer: 'cus_1Abcdefg' } },
};
const thin = {
  id: 'evt_2',
  object: 'v2.core.event',
  type: 'v1.billing.meter.error_report_triggered',
  created: '2026-11-22T09:30:00.000Z',
  livemode: true,
  context: 'acct_1',
  related_object: { id: 'mtr_1Abcdefg', type: 'billing.meter' },
  data: { customer: 'cus_2Abcdefg' },
};

const words = fc.constantFrom<unknown>(
  ...['', '\0', '\ud800', '__proto__', 'evt_1\n', 'evt_é', 'x'.repeat(255), 'x'.repeat(256), 'cus_1Abcdefg'],
  ...[
    'event',
    'v2.core.event',
    '2026-13-01T00:00:00Z',
    '2026-11-22',
    '9999-12-31T23:59:59Z',
    '-000001-01-01T00:00:00Z',
  ],
  ...[-1, 0, 0.5, 1e20, 253_402_300_800, null, true, [], {}, ['evt_1'], { id: 'evt_1' }],
);
const anything = fc.oneof(words, fc.jsonValue({ maxDepth: 4 }), fc.string({ unit: 'binary' }));
const members = fc.constantFrom(
  ...new Set([...Object.keys(snapshot), ...Object.keys(thin), '__proto__', 'constructor']),
);
const events = fc
  .tuple(fc.constantFrom<object>(snapshot, thin), fc.array(fc.tuple(members, anything), { maxLength: 3 }))
  .map(([event, changes]) => {
    const pairs = new Map<string, unknown>([...Object.entries(event), ...changes]);
    // Written by hand, so that `__proto__` is a member like any other.
    return `{${[...pairs].map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  });
const utf8 = (text: string) => Buffer.from(text).toString('latin1');
const bodies = fc.oneof(
  { weight: 6, arbitrary: events.map(utf8) },
  fc.tuple(events, fc.nat(400)).map(([text, length]) => utf8(text).slice(0, length)),
  fc.json().map(utf8),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

const isStorable = (text: string) => text.length > 0 && text.length <= 255 && !text.includes('\0');

/** @throws Error when the body is neither an envelope that can be stored nor refused with 400 */
function checkEnvelope(body: string): void {
  const bytes = Buffer.from(body, 'latin1');
  let envelope: ReturnType<typeof parseEnvelope>;
  try {
    envelope = parseEnvelope(bytes);
  } catch (error) {
    if (error instanceof Problem && error.status === 400 && error.code.startsWith('payload_not_')) return;
    throw error;
  }
  const { id, created, account, source, payload, relatedIds, ...rest } = envelope;
  const faults = [
    !/^[A-Za-z0-9_]{1,255}$/.test(id) && 'id',
    !(created.getTime() >= 0 && created.getTime() < Date.UTC(9999, 0, 1)) && 'created',
    !Buffer.from(payload).equals(bytes) && 'payload',
    (account === null) !== (source === 'direct') && 'source',
    Object.values(rest).some((value) => typeof value === 'string' && !isStorable(value)) && 'text',
    relatedIds.length > 20 && 'number of related ids',
    new Set(relatedIds).size !== relatedIds.length && 'related id twice',
    !relatedIds.every((one) => /^[a-z]{2,12}_\w{6,100}$/.test(one) && !one.includes('_secret_')) &&
      'related id',
    Object.hasOwn(Object.prototype, 'polluted') && 'prototype',
  ].filter(Boolean);
  if (faults.length > 0) throw new Error(`Wrong in the envelope: ${faults.join(', ')}`);
}

export const envelopeTarget = target({
  name: 'envelope',
  holds: 'Signed bytes are an envelope that can be stored as it came, or a problem with status 400.',
  inputs: bodies,
  check: checkEnvelope,
});
