import type Stripe from 'stripe';
import type { EntityManager } from 'typeorm';

/** What a handler knows of the run it is in; for handlers declared with `transaction: false`. */
export interface OutsideContext {
  readonly runId: string;
  /** 1 for the first try of this run. */
  readonly attempt: number;
  /** 1 for the first time this event was handled, 2 for its first replay. */
  readonly generation: number;
  /** The connected account the event belongs to; absent for the platform's own events. */
  readonly account?: string;
  readonly livemode: boolean;
  /** Aborted when the attempt has used up its time or the worker must stop; hand it to what can be cancelled. */
  readonly signal: AbortSignal;

  /** Whether a newer event for the same object is already stored. */
  isStale(): Promise<boolean>;

  /**
   * The event's object as it is at Stripe now, read as the account it belongs to.
   *
   * @throws PermanentFailure when this kind of object cannot be read by its id alone
   * @example const intent = await ctx.fetchLatest<Stripe.PaymentIntent>();
   */
  fetchLatest<T>(): Promise<T>;

  /**
   * Options for a Stripe call that stays the same call however often it is retried.
   *
   * @param step - names this call within the handler; each call needs its own
   * @example await stripe.refunds.create({ charge }, ctx.requestOptions('refund'));
   */
  requestOptions(step: string): Stripe.RequestOptions;
}

/** What a handler knows of the run it is in. */
export interface HandlerContext extends OutsideContext {
  /** Writes made through this commit together with the run, or not at all. */
  readonly tx: EntityManager;
}
