import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../event-factories/create-event.js';
import { parseEnvelope } from '../signature/event-envelope.js';
import { readAuthorizationRequest } from './authorization-request.js';
import { decline } from './policy.js';
import { readVerdict } from './verdict-check.js';

/** What JSON can carry and Postgres cannot: a decision with it could never be kept. */
const unstorable = ['nul \0', 'half \ud83d', '\ude00 half'];

const read = (object: object) =>
  readAuthorizationRequest(
    parseEnvelope(Buffer.from(JSON.stringify(createEvent('issuing_authorization.request', { object })))),
  );
const sound = () => {
  const request = read({});
  if (!request) throw new Error('The factory makes a request that cannot be read');
  return request;
};

describe.each(unstorable)('text that Postgres cannot keep (%j)', (text) => {
  it('is no id and no fact of a request', () => {
    expect(read({ id: text })).toBeUndefined();
    expect(read({ card: { id: text } })).toBeUndefined();
    expect(read({ merchant_data: { country: text } })?.merchant.country).toBeNull();
  });

  it('makes the verdict of a policy nonsense', () => {
    const verdicts = [
      decline(text),
      decline('sound', { key: text }),
      { kind: 'approve', metadata: { [text]: '' } },
    ];
    for (const verdict of verdicts) {
      expect(() => readVerdict(verdict, sound())).toThrow(/\S/);
    }
    const good = decline('sound 😀', { key: '😀' });
    expect(readVerdict(good, sound())).toEqual(good);
  });
});
