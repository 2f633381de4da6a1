import fc from 'fast-check';
import { verifyAppRequest } from '../../src/app-backend/app-request-verifier.js';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { Problem } from '../../src/http/problem.js';
import { target } from './fuzz-target.js';

/** The body that arrives, and the text that Stripe signed. */
interface AppInput {
  body: string;
  signed: string;
}

const SECRET = 'absec_fuzz';
const NOW = 1_790_000_000;
const identity = { user_id: 'usr_1', account_id: 'acct_1' };

const anything = fc.oneof(
  fc.constantFrom<unknown>(
    ...['usr_1', 'acct_2', '', '\0', '\ud800', 'é', 'x'.repeat(256), null, 1, [], {}, ['acct_1']],
  ),
  fc.constantFrom<unknown>([{ id: 'admin', name: 'Administrator', type: 'builtIn' }], [null], 'admin'),
  fc.jsonValue({ maxDepth: 5 }),
);
const names = fc.constantFrom(
  ...[
    'user_id',
    'account_id',
    'stripe_roles',
    'amount',
    '__proto__',
    'constructor',
    'toString',
    'toJSON',
    '0',
    '',
  ],
);
const texts = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(names, anything), { maxLength: 4 }))
  .map(([withIdentity, members]) => {
    const pairs = [...(withIdentity ? Object.entries(identity) : []), ...members];
    return `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
  });
const inputs: fc.Arbitrary<AppInput> = fc.oneof(
  texts.map((text) => ({ body: text, signed: text })),
  fc.record({ body: texts, signed: fc.constant(JSON.stringify(identity)) }),
  fc.record({ body: fc.oneof(texts, fc.json()), signed: texts }),
  fc.json().map((text) => ({ body: text, signed: text })),
);

/** @throws Error when something passes that was not signed, or fails otherwise than with a problem 400 */
function checkAppRequest({ body, signed }: AppInput): void {
  const { headers } = signedRequest({ body: signed, secret: SECRET, timestamp: NOW });
  const header = headers['Stripe-Signature'];
  const request = { header, body: Buffer.from(body), secrets: [SECRET], toleranceSeconds: 300, now: NOW };
  let passed: ReturnType<typeof verifyAppRequest>;
  try {
    passed = verifyAppRequest(request);
  } catch (error) {
    if (error instanceof Problem && error.status === 400) return;
    throw error;
  }
  const { userId, accountId, roles, payload, unsignedFields } = passed;
  const whole = Buffer.from(body).equals(Buffer.from(signed));
  const faults = [
    whole !== (passed.signed === 'payload') && 'what was signed',
    !whole && signed !== JSON.stringify({ user_id: userId, account_id: accountId }) && 'identity',
    ![userId, accountId].every((id) => /^[A-Za-z0-9_]{1,255}$/.test(id)) && 'ids',
    !whole && (roles.length > 0 || Object.keys(payload).length > 0) && 'unsigned authority',
    whole && Object.keys(unsignedFields).length > 0 && 'signed fields among the unsigned',
    Object.getPrototypeOf(payload) !== Object.prototype && 'prototype of the payload',
  ].filter(Boolean);
  if (faults.length > 0) throw new Error(`Wrong in the request of an app: ${faults.join(', ')}`);
}

export const appRequestTarget = target({
  name: 'app-request',
  holds: 'What an app’s request says is believed only where Stripe signed it.',
  inputs,
  check: checkAppRequest,
});
