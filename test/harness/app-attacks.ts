import { signedRequest } from '../../src/event-factories/signed-request.js';
import { DIRECT_SECRET } from './app.js';
import { admin, APP_SECRET, identity, type Signing } from './app-backend-test.js';

export const now = () => Math.floor(Date.now() / 1000);
export const BODY_LIMIT = 4_096;

/** A request that must be refused. */
export interface Attack {
  path?: string;
  body: object | string;
  /** What Stripe signed; default: the body. */
  signed?: object | string;
  signing?: Signing | (() => Signing);
  answer: [status: number, code: string];
}

export const signed = (payload: object) => ({ ...payload, ...identity });
const elsewhere = (account_id: string) => ({ ...identity, account_id });
const roles = (...claimed: unknown[]) => signed({ stripe_roles: claimed });
export const text = (body: object | string) => (typeof body === 'string' ? body : JSON.stringify(body));
const asText = (members: string) => `{${members},${JSON.stringify(identity).slice(1)}`;

const intent = { amount: 500, currency: 'eur' };
const customer = { email: 'mallory@example.com' };

const unsignedAuthority: Record<string, Attack> = {
  'an unsigned payload': {
    path: '/app/customers',
    body: signed(customer),
    signed: identity,
    answer: [403, 'app_payload_not_signed'],
  },
  'unsigned roles, where the payload must be signed': {
    path: '/app/payment-intents',
    body: signed({ ...intent, ...admin }),
    signed: identity,
    answer: [403, 'app_payload_not_signed'],
  },
  'unsigned roles, where the identity is enough': {
    path: '/app/admins/identity',
    body: signed(admin),
    signed: identity,
    answer: [403, 'app_role_missing'],
  },
  'roles added after signing': {
    path: '/app/admins/payload',
    body: { ...intent, ...admin, ...identity },
    signed: signed(intent),
    answer: [400, 'signature_mismatch'],
  },
  'roles in a signed field of another name': {
    path: '/app/admins/payload',
    body: signed({ roles: admin.stripe_roles, stripe: admin }),
    answer: [403, 'app_role_missing'],
  },
  'a signed role that is not enough': {
    path: '/app/admins/payload',
    body: roles({ id: 'view_only', name: 'View only', type: 'builtIn' }),
    answer: [403, 'app_role_missing'],
  },
  'a signed role whose name says admin': {
    path: '/app/admins/payload',
    body: roles({ id: 'view_only', name: 'admin', type: 'builtIn' }),
    answer: [403, 'app_role_missing'],
  },
  'a custom role of the account with the id of a built-in one': {
    path: '/app/admins/payload',
    body: roles({ id: 'admin', name: 'Administrator', type: 'custom' }),
    answer: [403, 'app_role_missing'],
  },
  'roles that are none': {
    path: '/app/admins/payload',
    body: roles(null, 'admin', ['admin'], { id: 'admin' }, { id: ['admin'], name: 'a', type: 'builtIn' }),
    answer: [403, 'app_role_missing'],
  },
};

const otherTenants: Record<string, Attack> = {
  "another tenant's account beside one's own signature": {
    path: '/app/session',
    body: elsewhere('acct_live_only'),
    signed: identity,
    answer: [400, 'signature_mismatch'],
  },
  "another tenant's account in a signed payload, after signing": {
    path: '/app/customers',
    body: { ...customer, ...elsewhere('acct_live_only') },
    signed: signed(customer),
    answer: [400, 'signature_mismatch'],
  },
  'another account named twice, the signed one first': {
    path: '/app/session',
    body: asText('"x":1').replace('}', ',"account_id":"acct_live_only"}'),
    signed: identity,
    answer: [400, 'signature_mismatch'],
  },
  'an account for Stripe to act on, in the signed payload': {
    path: '/app/customers',
    body: signed({ ...customer, stripeAccount: 'acct_live_only' }),
    answer: [400, 'app_payload_invalid'],
  },
  'an account without the app': {
    path: '/app/session',
    body: elsewhere('acct_stranger'),
    answer: [403, 'app_not_installed'],
  },
  'an account with the app in live mode only': {
    path: '/app/customers',
    body: { ...customer, ...elsewhere('acct_live_only') },
    answer: [403, 'app_not_installed'],
  },
};

const forgedSignatures: Record<string, Attack> = {
  'a secret of its own': {
    body: signed({}),
    signing: { secret: 'absec_wrong' },
    answer: [400, 'signature_mismatch'],
  },
  'the secret of a webhook endpoint': {
    body: signed({}),
    signing: { secret: DIRECT_SECRET },
    answer: [400, 'signature_mismatch'],
  },
  'a changed amount': {
    body: signed({ amount: 9 }),
    signed: signed({ amount: 1 }),
    answer: [400, 'signature_mismatch'],
  },
  'the same payload in another order': {
    body: { ...identity, amount: 1 },
    signed: signed({ amount: 1 }),
    answer: [400, 'signature_mismatch'],
  },
  'the same payload with a space': {
    body: text(signed({ amount: 1 })).replace(':', ': '),
    signed: signed({ amount: 1 }),
    answer: [400, 'signature_mismatch'],
  },
  'a signature that is too old': {
    body: signed({}),
    signing: () => ({ timestamp: now() - 302 }),
    answer: [400, 'signature_expired'],
  },
  'an old signature with a new time': {
    body: signed({}),
    signing: () => {
      const { headers } = signedRequest({
        body: text(signed({})),
        secret: APP_SECRET,
        timestamp: now() - 400,
      });
      const old = headers['Stripe-Signature'] ?? '';
      return { headers: { 'Stripe-Signature': old.replace(/^t=\d+/, `t=${now()}`) } };
    },
    answer: [400, 'signature_mismatch'],
  },
  'no signature': {
    body: signed({}),
    signing: { headers: { 'Stripe-Signature': undefined } },
    answer: [400, 'signature_missing'],
  },
  'a signature of the test scheme': {
    body: signed({}),
    signing: () => ({ headers: { 'Stripe-Signature': `t=${now()},v0=${'a'.repeat(64)}` } }),
    answer: [400, 'signature_scheme_unsupported'],
  },
  'an empty signature': {
    body: signed({}),
    signing: () => ({ headers: { 'Stripe-Signature': `t=${now()},v1=` } }),
    answer: [400, 'signature_mismatch'],
  },
  'no time': {
    body: signed({}),
    signing: { headers: { 'Stripe-Signature': `v1=${'a'.repeat(64)}` } },
    answer: [400, 'signature_malformed'],
  },
};

const oddBodies: Record<string, Attack> = Object.fromEntries([
  ...['', 'null', 'true', '7', '"text"', '[]', JSON.stringify([identity]), 'no json', '\ufeff{}'].map(
    (body) => [
      `the genuinely signed body ${JSON.stringify(body)}`,
      { body, answer: [400, 'app_identity_missing'] },
    ],
  ),
  ...[{ user_id: 1, account_id: 2 }, { user_id: ['usr_1'], account_id: {} }, { user_id: 'usr_1' }].map(
    (body) => [
      `the genuinely signed body ${JSON.stringify(body)}`,
      { body, answer: [400, 'app_identity_missing'] },
    ],
  ),
  ['a huge body', { body: signed({ x: 'x'.repeat(BODY_LIMIT) }), answer: [413, 'body_too_large'] }],
  ...[
    ['of the payload', '"__proto__":{"polluted":true}'],
    ['inside it', '"a":[{"__proto__":{"polluted":true}}]'],
    ['with an escape', '"\\u005f_proto__":{"polluted":true}'],
  ].flatMap(([where, members = '']) => [
    [`a signed __proto__ key ${where}`, { body: asText(members), answer: [400, 'app_body_refused'] }],
    [
      `an unsigned __proto__ key ${where}`,
      {
        path: '/app/echo/identity',
        body: asText(members),
        signed: identity,
        answer: [400, 'app_body_refused'],
      },
    ],
  ]),
  [
    'a signed __proto__ key on a route with a class for its payload',
    {
      path: '/app/customers',
      body: asText('"__proto__":{"email":"mallory@example.com"}'),
      answer: [400, 'app_body_refused'],
    },
  ],
  [
    'a way to the prototype through the constructor, for a class',
    {
      path: '/app/customers',
      body: asText('"constructor":{"prototype":{"email":"mallory@example.com","polluted":true}}'),
      answer: [400, 'app_payload_invalid'],
    },
  ],
  [
    'a body that is nested too deeply',
    { body: asText(`"a":${'['.repeat(1_500)}${']'.repeat(1_500)}`), answer: [400, 'app_body_refused'] },
  ],
]);

const oddHeaders: Record<string, Attack> = Object.fromEntries([
  ...[
    'text/plain',
    'text/plain;charset=UTF-8',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'application/problem+json',
    'text/plain, application/json',
    'application/json, text/plain',
    ';application/json',
    undefined,
  ].map((type) => [
    `the media type ${type}`,
    {
      body: signed({}),
      signing: { headers: { 'Content-Type': type } },
      answer: [415, 'media_type_unsupported'],
    },
  ]),
  ...['gzip', 'identity', 'br, gzip'].map((encoding) => [
    `the content encoding ${encoding}`,
    {
      body: signed({}),
      signing: { headers: { 'Content-Encoding': encoding } },
      answer: [415, 'content_encoding_unsupported'],
    },
  ]),
]);

/** By what they try. The routes under `/app/echo` and `/app/admins` are those of app-attacks.spec.ts. */
export const attacks: [kind: string, Record<string, Attack>][] = [
  ['authority that was not signed', unsignedAuthority],
  ['the way into another account', otherTenants],
  ['a forged or stale signature', forgedSignatures],
  ['an odd body', oddBodies],
  ['an odd header', oddHeaders],
];
