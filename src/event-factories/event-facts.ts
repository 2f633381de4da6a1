import type Stripe from 'stripe';

/** What an event and the object inside it have in common. */
export interface EventFacts {
  /** Seconds since 1970. */
  readonly created: number;
  readonly livemode: boolean;
  /** The connected account the event belongs to; absent for the platform's own events. */
  readonly account?: string | undefined;
}

/** A snapshot event of one type. */
export type SnapshotEvent<T extends Stripe.Event['type']> = Extract<Stripe.Event, { type: T }>;

/** Makes `data` of each event type. A family of events is a part of this. */
export type EventDataFactories = {
  [T in Stripe.Event['type']]: (facts: EventFacts) => SnapshotEvent<T>['data'];
};
