import type { AuthorizationRequest } from './authorization-request.js';

/** Stripe's limits for metadata: https://docs.stripe.com/api/metadata */
const METADATA = { keys: 50, keyLength: 40, valueLength: 500 };

/** What makes an answer of a policy nonsense; `undefined` for a sound one. */
export function problemOfVerdict(verdict: unknown, request: AuthorizationRequest): string | undefined {
  if (typeof verdict !== 'object' || verdict === null) return 'answered no verdict';
  const { kind, amount, reason, metadata } = verdict as Record<string, unknown>;
  if (kind === 'abstain') return undefined;
  if (kind === 'decline') {
    if (typeof reason !== 'string' || reason === '') return 'declined without a reason';
    return problemOfMetadata(metadata);
  }
  if (kind !== 'approve') return 'answered neither approve, decline nor abstain';
  return problemOfAmount(amount, request) ?? problemOfMetadata(metadata);
}

function problemOfAmount(amount: unknown, request: AuthorizationRequest): string | undefined {
  if (amount === undefined) return undefined;
  if (!request.amountControllable) return 'approved an amount where it is not controllable';
  if (!Number.isSafeInteger(amount) || (amount as number) <= 0)
    return 'approved an amount that is no positive integer';
  if ((amount as number) < request.cashback) return 'approved less than the cashback';
  if ((amount as number) > request.amount) return 'approved more than was asked';
  return undefined;
}

function problemOfMetadata(metadata: unknown): string | undefined {
  if (metadata === undefined) return undefined;
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    return 'gave odd metadata';
  const entries = Object.entries(metadata);
  const sound = entries.every(
    ([key, value]) =>
      key.length <= METADATA.keyLength && typeof value === 'string' && value.length <= METADATA.valueLength,
  );
  return sound && entries.length <= METADATA.keys ? undefined : 'gave metadata beyond the limits of Stripe';
}
