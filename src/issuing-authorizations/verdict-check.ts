import type { AuthorizationRequest } from './authorization-request.js';
import type { Verdict } from './policy.js';
import { isStorable } from './storable-text.js';

/** Stripe's limits for metadata: https://docs.stripe.com/api/metadata */
const METADATA = { keys: 50, keyLength: 40, valueLength: 500 };
const REASON_LENGTH = 500;

/**
 * What a policy said, without anything that came with it.
 *
 * @throws Error saying what makes the answer nonsense
 */
export function readVerdict(answer: unknown, request: AuthorizationRequest): Verdict {
  if (typeof answer !== 'object' || answer === null) throw new Error('answered no verdict');
  const { kind, amount, reason, metadata } = answer as Record<string, unknown>;
  switch (kind) {
    case 'abstain':
      return { kind };
    case 'decline':
      return { kind, reason: readReason(reason), ...readMetadata(metadata) };
    case 'approve':
      return { kind, ...readAmount(amount, request), ...readMetadata(metadata) };
    default:
      throw new Error('answered neither approve, decline nor abstain');
  }
}

function readReason(reason: unknown): string {
  if (typeof reason !== 'string' || reason === '') throw new Error('declined without a reason');
  if (reason.length > REASON_LENGTH)
    throw new Error(`gave a reason of more than ${REASON_LENGTH} characters`);
  if (!isStorable(reason)) throw new Error('gave a reason that cannot be kept');
  return reason;
}

function readAmount(amount: unknown, request: AuthorizationRequest): { amount?: number } {
  if (amount === undefined) return {};
  if (!request.amountControllable) throw new Error('approved an amount where it is not controllable');
  if (!isWhole(amount) || amount <= 0) throw new Error('approved an amount that is no positive integer');
  if (amount < request.cashback) throw new Error('approved less than the cashback');
  if (amount > request.amount) throw new Error('approved more than was asked');
  return { amount };
}

const isWhole = (value: unknown): value is number => Number.isSafeInteger(value);

function readMetadata(metadata: unknown): { metadata?: Record<string, string> } {
  if (metadata === undefined) return {};
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata))
    throw new Error('gave odd metadata');
  const entries = Object.entries(metadata);
  if (entries.length > METADATA.keys || !entries.every(([key, value]) => isKey(key) && isValue(value))) {
    throw new Error('gave metadata beyond the limits of Stripe');
  }
  return { metadata: Object.fromEntries(entries) as Record<string, string> };
}

const isKey = (key: string): boolean =>
  key !== '' && key.length <= METADATA.keyLength && !/[[\]]/.test(key) && isStorable(key);

const isValue = (value: unknown): boolean =>
  typeof value === 'string' && value.length <= METADATA.valueLength && isStorable(value);
