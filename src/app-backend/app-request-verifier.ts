import { createHash } from 'node:crypto';
import { Problem } from '../http/problem.js';
import { verifySignature } from '../signature/signature-verifier.js';
import type { SignedPart, SignedRequest, StripeRole } from './signed-request.js';

interface AppRequest {
  header: string | undefined;
  body: Buffer;
  secrets: readonly string[];
  toleranceSeconds: number;
  /** Seconds since 1970. */
  now: number;
}

type Json = Record<string, unknown>;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Deeper than any form, and far from where code that walks a value by recursion breaks. */
const MAX_DEPTH = 32;

/** As every id of Stripe's is written: nothing that Postgres refuses, and nothing that only looks like another id. */
const ID = /^[A-Za-z0-9_]{1,255}$/;
const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);

const IDENTITY_MISSING = 'The signed body needs `user_id` and `account_id`, both ids.';
const BODY_REFUSED = `The body has a key named \`__proto__\`, or more than ${MAX_DEPTH} levels: send it without.`;

/**
 * Finds out what of an app's request Stripe signed.
 *
 * `fetchStripeSignature(payload)` signs the body as it is sent. `fetchStripeSignature()` signs only
 * `{"user_id":…,"account_id":…}`, compact and in that order; every other field is anybody's word.
 * https://docs.stripe.com/stripe-apps/build-backend#authenticate-users-from-your-app-to-your-app-backend
 *
 * @throws Problem 400 with the reason of the signature verifier, `app_identity_missing` or `app_body_refused`
 */
export function verifyAppRequest(request: AppRequest): SignedRequest {
  const whole = verifySignature(request);
  if (whole.ok) return signedRequest('payload', request, whole.timestamp, request.body);
  if (whole.reason !== 'signature_mismatch') throw refused(whole.reason);
  const identity = identityText(request.body);
  const verdict = identity ? verifySignature({ ...request, body: identity }) : whole;
  if (!verdict.ok || !identity) throw refused(verdict.ok ? 'signature_mismatch' : verdict.reason);
  return signedRequest('identity', request, verdict.timestamp, identity);
}

function signedRequest(
  signed: SignedPart,
  { body, toleranceSeconds }: AppRequest,
  timestamp: number,
  text: Buffer,
): SignedRequest {
  const fields = parse(body) ?? {};
  const { user_id: userId, account_id: accountId, stripe_roles: roles, ...rest } = fields;
  if (!isId(userId) || !isId(accountId)) {
    throw new Problem(400, 'app_identity_missing', IDENTITY_MISSING);
  }
  if (!isHarmless(fields)) throw new Problem(400, 'app_body_refused', BODY_REFUSED);
  const wholeBody = signed === 'payload';
  return {
    signed,
    userId,
    accountId,
    roles: wholeBody && Array.isArray(roles) ? roles.filter(isRole) : [],
    payload: wholeBody ? rest : {},
    unsignedFields: wholeBody ? {} : { ...rest, ...(roles !== undefined && { stripe_roles: roles }) },
    fingerprint: createHash('sha256').update(`${timestamp}.`).update(text).digest('hex'),
    validUntil: timestamp + toleranceSeconds,
  };
}

function identityText(body: Buffer): Buffer | undefined {
  const { user_id, account_id } = parse(body) ?? {};
  if (typeof user_id !== 'string' || typeof account_id !== 'string') return undefined;
  return Buffer.from(JSON.stringify({ user_id, account_id }));
}

function parse(body: Buffer): Json | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(body));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether code that merges or walks this value, ours or a library's, is safe with it. */
function isHarmless(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth > MAX_DEPTH || Object.hasOwn(value, '__proto__')) return false;
  return Object.values(value).every((member) => isHarmless(member, depth + 1));
}

const isRole = (role: unknown): role is StripeRole => {
  const { name, type } = (role ?? {}) as Partial<StripeRole>;
  return typeof name === 'string' && typeof type === 'string';
};

const refused = (reason: string): Problem =>
  new Problem(
    400,
    reason,
    'The Stripe-Signature header does not prove that Stripe signed this request: send the result of ' +
      'fetchStripeSignature(), taken just before, together with `user_id` and `account_id` in the body.',
  );
