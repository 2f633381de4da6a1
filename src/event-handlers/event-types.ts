import type Stripe from 'stripe';

/** Name of a snapshot event, e.g. `payment_intent.succeeded`: the payload holds the object as it was. */
export type SnapshotEventType = Stripe.Event['type'];

/** Name of a thin event, e.g. `v2.core.account.updated`: the payload only points to the object. */
export type ThinEventType = Stripe.V2.Core.EventNotification['type'];

/** Name of any event this version of the Stripe SDK knows. */
export type EventType = SnapshotEventType | ThinEventType;

/** A thin event as it is stored: Stripe's JSON, without the SDK's fetch methods (use `ctx.fetchLatest()`). */
type ThinEventOf<T> = Omit<
  Extract<Stripe.V2.Core.EventNotification, { type: T }>,
  'context' | 'fetchEvent' | 'fetchRelatedObject'
> & { context?: string | null };

/**
 * The event a handler receives, by its name.
 *
 * @example EventOf<'payment_intent.succeeded'>['data']['object'] // Stripe.PaymentIntent
 */
export type EventOf<T extends EventType> = T extends SnapshotEventType
  ? Extract<Stripe.Event, { type: T }>
  : ThinEventOf<T>;
