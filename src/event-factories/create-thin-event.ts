import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import { stripeId } from './stripe-id.js';

type Notification<T> = Extract<Stripe.V2.Core.EventNotification, { type: T }>;

/** A thin event as it is sent: without the SDK's fetch methods, and with `context` as text. */
export type ThinEvent<T> = Omit<Notification<T>, 'fetchEvent' | 'fetchRelatedObject' | 'context'> & {
  context?: string;
};

type RelatedObject = Stripe.V2.Core.Events.RelatedObject;

const relatedObjects = {
  'v1.billing.meter.error_report_triggered': ({ livemode }: ThinEventOptions): RelatedObject => {
    const id = stripeId(livemode ? 'mtr' : 'mtr_test');
    return { id, type: 'billing.meter', url: `/v1/billing/meters/${id}` };
  },
  'v2.core.account[requirements].updated': ({
    account = stripeId('acct'),
  }: ThinEventOptions): RelatedObject => ({
    id: account,
    type: 'v2.core.account',
    url: `/v2/core/accounts/${account}`,
  }),
} satisfies {
  [T in Stripe.V2.Core.EventNotification['type']]?: (options: ThinEventOptions) => RelatedObject;
};

/** A thin event type that {@link createThinEvent} can make. */
export type ThinFactoryType = keyof typeof relatedObjects;

const isThinFactoryType = (type: string): type is ThinFactoryType => Object.hasOwn(relatedObjects, type);

/** Every type {@link createThinEvent} can make. */
export const thinFactoryTypes: readonly ThinFactoryType[] =
  Object.keys(relatedObjects).filter(isThinFactoryType);

/** What a test or a command may want to choose about a thin event. */
export interface ThinEventOptions {
  /** Default: a fresh one. */
  id?: string | undefined;
  /** Default: now. */
  created?: Date | undefined;
  /** Default: false. */
  livemode?: boolean | undefined;
  /** The connected account; sets `context`. */
  account?: string | undefined;
}

/**
 * Makes a thin event as Stripe would send it: it only points to the object.
 *
 * @example createThinEvent('v2.core.account[requirements].updated', { account: 'acct_1' })
 */
export function createThinEvent<T extends ThinFactoryType>(type: T, options?: ThinEventOptions): ThinEvent<T>;
export function createThinEvent(
  type: ThinFactoryType,
  options: ThinEventOptions = {},
): ThinEvent<ThinFactoryType> {
  const { livemode = false, account } = options;
  return {
    id: options.id ?? stripeId(livemode ? 'evt' : 'evt_test'),
    object: 'v2.core.event',
    type,
    livemode,
    created: (options.created ?? new Date()).toISOString(),
    ...(account !== undefined && { context: account }),
    reason: { type: 'request', request: { id: stripeId('req'), idempotency_key: randomUUID() } },
    related_object: relatedObjects[type](options),
  };
}
