import { Injectable, SetMetadata } from '@nestjs/common';
import type { AuthorizationRequest } from './authorization-request.js';

/** What a policy says of a request. */
export type Verdict =
  | { kind: 'approve'; amount?: number; metadata?: Record<string, string> }
  | { kind: 'decline'; reason: string; metadata?: Record<string, string> }
  | { kind: 'abstain' };

/**
 * Approves.
 *
 * @param options - `amount`: hold only this much, in the smallest unit; only for a controllable amount
 */
export const approve = (options: { amount?: number; metadata?: Record<string, string> } = {}): Verdict => ({
  kind: 'approve',
  ...options,
});

/** Declines. @param reason - kept in the ledger, e.g. `velocity` */
export const decline = (reason: string, metadata?: Record<string, string>): Verdict => ({
  kind: 'decline',
  reason,
  ...(metadata && { metadata }),
});

/** Leaves the decision to the next policy. */
export const abstain = (): Verdict => ({ kind: 'abstain' });

/** What was granted before, for policies. Amounts in the smallest unit. */
export interface LedgerReader {
  /** Approved holds of a card or a cardholder since a moment, in one currency. */
  granted(of: { cardId: string } | { cardholderId: string }, currency: string, since: Date): Promise<Granted>;
}

export interface Granted {
  amount: number;
  count: number;
}

export interface PolicyContext {
  /** Aborted when this policy's time is up. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left for the policies. */
  msLeft(): number;
  readonly ledger: LedgerReader;
}

/** A team's own rule: a provider of this shape with {@link IssuingPolicy}. Keep calls to Stripe out of it. */
export interface AuthorizationPolicy {
  decide(request: AuthorizationRequest, context: PolicyContext): Promise<Verdict> | Verdict;
}

export interface PolicyOptions {
  /** Kept in the ledger, so it must not change: `fraud.velocity`. */
  id: string;
  /** Policies are asked in ascending order; the first that does not abstain decides. */
  order: number;
  /** `shadow`: asked beside the others, without effect, and compared with what was decided. Default `live`. */
  mode?: 'live' | 'shadow';
  /** When it throws, hangs or answers nonsense: give the fallback answer (default), or ask the next policy. */
  onFailure?: 'fallback' | 'skip';
  /** Longest time for one decision, in milliseconds. Default 500. */
  timeoutMs?: number;
}

/** What a shadow policy would have said. */
export interface ShadowVerdict {
  policy: string;
  verdict: Verdict['kind'] | 'failed';
  amount?: number;
  reason?: string;
}

export const POLICY = 'turnpike:issuing-policy';

/**
 * Makes a provider an authorization policy.
 *
 * @example
 * \@IssuingPolicy({ id: 'night.owl', order: 10 })
 * export class NightOwl implements AuthorizationPolicy {
 *   decide({ amount }: AuthorizationRequest): Verdict {
 *     return amount > 50_000 ? decline('too large') : abstain();
 *   }
 * }
 */
export const IssuingPolicy = (options: PolicyOptions): ClassDecorator => {
  const injectable = Injectable();
  const metadata = SetMetadata(POLICY, options);
  return (target) => {
    injectable(target);
    metadata(target);
  };
};
