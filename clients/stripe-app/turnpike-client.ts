/**
 * Calls a Turnpike back end from the UI extension of a Stripe App. Copy this file into the extension: it imports
 * nothing, and uses only the extension's own `fetch` and `fetchStripeSignature`.
 *
 * @example
 * import { Button, ContextView } from '@stripe/ui-extension-sdk/ui';
 * import type { ExtensionContextValue } from '@stripe/ui-extension-sdk/context';
 * import { fetchStripeSignature } from '@stripe/ui-extension-sdk/utils';
 * import { useState } from 'react';
 * import { TurnpikeClient, TurnpikeError } from './turnpike-client';
 *
 * const baseUrl = 'https://turnpike.example.com';
 *
 * const AddCustomer = ({ userContext }: ExtensionContextValue) => {
 *   const [form] = useState(() => `${Date.now()}-${Math.random()}`); // one creation, however often it is tried
 *   const [outcome, setOutcome] = useState('');
 *   const add = async () => {
 *     const turnpike = new TurnpikeClient({ baseUrl, userContext, fetchStripeSignature });
 *     try {
 *       const { id } = await turnpike.createCustomer({ email: 'jenny@example.com', idempotency_key: form });
 *       setOutcome(`Created ${id}`);
 *     } catch (error) {
 *       setOutcome(error instanceof TurnpikeError ? error.detail : 'That went wrong.');
 *     }
 *   };
 *   return (
 *     <ContextView title="Customers" actions={<Button onPress={add}>Add</Button>}>
 *       {outcome}
 *     </ContextView>
 *   );
 * };
 */

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Fields to sign and send. The client adds who asks, so a payload cannot name somebody else. */
export type Payload = { readonly [field: string]: unknown } & {
  readonly user_id?: never;
  readonly account_id?: never;
};

/** A role of the Dashboard user. */
export interface StripeRole {
  readonly id?: string;
  readonly name: string;
  readonly type: string;
}

export interface TurnpikeClientOptions {
  /** Where the back end is, e.g. `https://turnpike.example.com`. The app's `connect-src` has to name it, too. */
  readonly baseUrl: string;
  /** `userContext` of the extension. */
  readonly userContext: {
    readonly id?: string;
    readonly account: { readonly id: string };
    readonly roles?: readonly StripeRole[];
  };
  /** `fetchStripeSignature` of `@stripe/ui-extension-sdk/utils`. */
  readonly fetchStripeSignature: (payload?: { [key: string]: Json }) => Promise<string>;
  /** Longest wait for an answer, in milliseconds. Default: 60 000. */
  readonly timeoutMs?: number;
}

export interface PostOptions {
  /** Signs the user's roles with the payload, for routes with `@RequireStripeRoles`. Default: `false`. */
  readonly roles?: boolean;
}

/** The answer of `session()`. */
export interface Session {
  readonly user: string;
  readonly account: string;
  readonly roles: readonly StripeRole[];
  readonly installations: readonly { livemode: boolean; installed: boolean; app: string | null }[];
}

export interface Customer {
  readonly id: string;
  readonly email: string | null;
  readonly name: string | null;
}

export interface PaymentIntent {
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
}

/** Why there is no result. docs/stripe-apps.md lists the codes. */
export class TurnpikeError extends Error {
  override readonly name = 'TurnpikeError';

  constructor(
    /** The HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** For programs, e.g. `app_role_missing`; `unreachable` and `unexpected_answer` are the client's own. */
    readonly code: string,
    /** What is wrong and what to do. */
    readonly detail: string,
    /** When to try again, in seconds, if the back end says so. */
    readonly retryAfter?: number,
    /** What is wrong with which field: for `app_payload_invalid`. */
    readonly errors: readonly { readonly field: string; readonly problems: readonly string[] }[] = [],
  ) {
    super(detail);
  }
}

/** Signs each request and posts it. Nothing is ever sent twice: trying again is up to the caller. */
export class TurnpikeClient {
  constructor(private readonly options: TurnpikeClientOptions) {}

  /** Who am I, and where is the app installed? */
  session(): Promise<Session> {
    return this.post('/app/session');
  }

  /** @param customer - with an `idempotency_key` of your own, trying again creates no second customer */
  createCustomer(customer: { email: string; name?: string; idempotency_key?: string }): Promise<Customer> {
    return this.post('/app/customers', customer);
  }

  listCustomers(page: { limit?: number; starting_after?: string } = {}): Promise<{
    readonly data: readonly Customer[];
    readonly has_more: boolean;
  }> {
    return this.post('/app/customers/list', page);
  }

  /** Needs the role `admin`. @param intent - `amount` in the currency's smallest unit */
  createPaymentIntent(intent: {
    amount: number;
    currency: string;
    customer?: string;
    description?: string;
    idempotency_key?: string;
  }): Promise<PaymentIntent> {
    return this.post('/app/payment-intents', intent, { roles: true });
  }

  /**
   * Posts to any route of the app back end.
   *
   * With a payload, Stripe signs the payload; it is sent as JSON shows it (`undefined` left out, a `Date` as text).
   * Without one, Stripe signs only who asks. JavaScript puts keys such as `"1"` before all others, whenever they were
   * added; as it does so both in what is signed and in what is sent, the two stay the same.
   *
   * @throws TurnpikeError when the back end refuses, or does not answer
   * @throws whatever `fetchStripeSignature` does, e.g. when it is asked for a role that the user does not have
   * @example await turnpike.post<{ refunded: number }>('/app/refunds', { charge: 'ch_1' }, { roles: true });
   */
  async post<Answer>(path: string, payload?: Payload, { roles = false }: PostOptions = {}): Promise<Answer> {
    const { baseUrl, userContext, fetchStripeSignature, timeoutMs = 60_000 } = this.options;
    const named = roles ? { ...payload, stripe_roles: userContext.roles ?? [] } : payload;
    // One plain copy is both signed and sent: nothing can change it in between, or turn out differently.
    const signed = named && (JSON.parse(JSON.stringify(named)) as { [key: string]: Json });
    const signature = await (signed ? fetchStripeSignature(signed) : fetchStripeSignature());
    const url = baseUrl.replace(/\/+$/, '') + path;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Stripe-Signature': signature },
      body: JSON.stringify({ ...signed, user_id: userContext.id, account_id: userContext.account.id }),
      signal: AbortSignal.timeout(timeoutMs),
    }).catch((error: unknown) => {
      throw new TurnpikeError(0, 'unreachable', `There was no answer from ${url}: ${String(error)}`);
    });
    const answer = (await response.json().catch(() => undefined)) as Answer | undefined;
    if (response.ok && answer !== undefined) return answer;
    throw refusal(response, answer ?? {});
  }
}

/** The problem (RFC 9457) in an answer. */
function refusal({ status, headers }: Response, problem: Partial<TurnpikeError>): TurnpikeError {
  const { code, detail, errors } = problem;
  if (typeof code !== 'string' || typeof detail !== 'string') {
    return new TurnpikeError(status, 'unexpected_answer', `The answer, ${status}, is not one of Turnpike's.`);
  }
  const seconds = headers.get('Retry-After');
  const retryAfter = seconds !== null && /^\d+$/.test(seconds) ? Number(seconds) : undefined;
  return new TurnpikeError(status, code, detail, retryAfter, errors);
}
