import { randomUUID } from 'node:crypto';
import type Stripe from 'stripe';
import type { SnapshotEvent } from './event-facts.js';
import { accountEvents } from './families/account-events.js';
import { applicationEvents } from './families/application-events.js';
import { applicationFeeEvents } from './families/application-fee-events.js';
import { balanceEvents } from './families/balance-events.js';
import { capabilityEvents } from './families/capability-events.js';
import { chargeEvents } from './families/charge-events.js';
import { checkoutSessionEvents } from './families/checkout-session-events.js';
import { customerEvents } from './families/customer-events.js';
import { disputeEvents } from './families/dispute-events.js';
import { externalAccountEvents } from './families/external-account-events.js';
import { invoiceEvents } from './families/invoice-events.js';
import { issuingAuthorizationEvents } from './families/issuing-authorization-events.js';
import { issuingTransactionEvents } from './families/issuing-transaction-events.js';
import { paymentIntentEvents } from './families/payment-intent-events.js';
import { paymentMethodEvents } from './families/payment-method-events.js';
import { payoutEvents } from './families/payout-events.js';
import { personEvents } from './families/person-events.js';
import { refundEvents } from './families/refund-events.js';
import { subscriptionEvents } from './families/subscription-events.js';
import { transferEvents } from './families/transfer-events.js';
import { overridden, type DeepPartial } from './overridden.js';
import { stripeId } from './stripe-id.js';

const factories = {
  ...accountEvents,
  ...applicationEvents,
  ...applicationFeeEvents,
  ...balanceEvents,
  ...capabilityEvents,
  ...chargeEvents,
  ...checkoutSessionEvents,
  ...customerEvents,
  ...disputeEvents,
  ...externalAccountEvents,
  ...invoiceEvents,
  ...issuingAuthorizationEvents,
  ...issuingTransactionEvents,
  ...paymentIntentEvents,
  ...paymentMethodEvents,
  ...payoutEvents,
  ...personEvents,
  ...refundEvents,
  ...subscriptionEvents,
  ...transferEvents,
};

/** A snapshot event type that {@link createEvent} can make. */
export type FactoryType = keyof typeof factories;

const isFactoryType = (type: string): type is FactoryType => Object.hasOwn(factories, type);

/** Every type {@link createEvent} can make, in alphabetical order. */
export const factoryTypes: readonly FactoryType[] = Object.keys(factories).filter(isFactoryType).toSorted();

/** The API version the installed Stripe SDK is pinned to; the compiler refuses any other. */
const apiVersion: Stripe.LatestApiVersion = '2026-10-28.endive';

/** What a test or a command may want to choose about any event. */
interface Choices {
  /** `evt_…`; default: a fresh one. */
  id?: string | undefined;
  /** Seconds since 1970; default: now. */
  created?: number | undefined;
  /** Default: false. */
  livemode?: boolean | undefined;
  /** The connected account; sets `account` of the event and of objects that name their account. */
  account?: string | undefined;
}

/** What a test or a command may want to choose about an event of one type. */
export interface EventOptions<T extends FactoryType> extends Choices {
  /** Changes to `data.object`, at any depth; arrays are replaced whole. */
  object?: DeepPartial<SnapshotEvent<T>['data']['object']>;
  /** Replaces `data.previous_attributes`. */
  previousAttributes?: DeepPartial<SnapshotEvent<T>['data']['object']>;
}

/** What {@link EventOptions} come to for every type: the compiler would take a minute to find out by itself. */
interface AnyOptions extends Choices {
  object?: object;
  previousAttributes?: object;
}

/**
 * Makes a realistic event as Stripe would send it, with fresh ids on each call.
 *
 * @example createEvent('payment_intent.succeeded', { account: 'acct_1', object: { amount: 500 } })
 */
export function createEvent<T extends FactoryType>(type: T, options?: EventOptions<T>): SnapshotEvent<T>;
export function createEvent(type: FactoryType, options: AnyOptions = {}): object {
  const created = options.created ?? Math.floor(Date.now() / 1_000);
  const { id = stripeId('evt'), livemode = false, account } = options;
  const data: { object: object; previous_attributes?: object } = factories[type]({
    created,
    livemode,
    account,
  });
  const previous = options.previousAttributes ?? data.previous_attributes;
  return {
    id,
    object: 'event',
    ...(account !== undefined && { account }),
    api_version: apiVersion,
    created,
    data: {
      object: overridden(data.object, options.object ?? {}),
      ...(previous !== undefined && { previous_attributes: previous }),
    },
    livemode,
    pending_webhooks: 1,
    request: { id: stripeId('req'), idempotency_key: randomUUID() },
    type,
  };
}
