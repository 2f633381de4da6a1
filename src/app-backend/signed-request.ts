/** A role of the Dashboard user. https://docs.stripe.com/stripe-apps/using-roles-in-ui-extensions */
export interface StripeRole {
  /** Never changes: `admin`, `developer`, `view_only`, … or the id of a custom role. */
  id?: string;
  /** For people; Stripe may rename a role. */
  name: string;
  /** `builtIn` or `custom`. Only a built-in role means the same on every account. */
  type: string;
}

/** What a route needs to be signed: the whole body, or only who is asking. */
export type SignedPart = 'payload' | 'identity';

/** What Stripe signed of an app's request, and nothing else. */
export interface SignedRequest {
  readonly signed: SignedPart;
  readonly userId: string;
  readonly accountId: string;
  /** Empty unless `stripe_roles` was part of the signed payload. */
  readonly roles: readonly StripeRole[];
  /** The signed fields beside user, account and roles; empty when only the identity was signed. */
  readonly payload: Readonly<Record<string, unknown>>;
  /** Fields that anybody could have written. Never decide anything by them. */
  readonly unsignedFields: Readonly<Record<string, unknown>>;
  /** Tells one signing from another: same text, same second, same fingerprint. */
  readonly fingerprint: string;
  /** When the signature stops being accepted, in seconds since 1970. */
  readonly validUntil: number;
}
