import { PermanentFailure } from '../event-handlers/index.js';
import type { ClaimedRun } from './claimed-run.js';

/** Where objects that are read by their id alone live, by the `object` they carry. */
const PATHS: Record<string, string> = {
  account: '/v1/accounts/',
  application_fee: '/v1/application_fees/',
  charge: '/v1/charges/',
  'checkout.session': '/v1/checkout/sessions/',
  coupon: '/v1/coupons/',
  credit_note: '/v1/credit_notes/',
  customer: '/v1/customers/',
  dispute: '/v1/disputes/',
  file: '/v1/files/',
  'identity.verification_session': '/v1/identity/verification_sessions/',
  invoice: '/v1/invoices/',
  invoiceitem: '/v1/invoiceitems/',
  'issuing.authorization': '/v1/issuing/authorizations/',
  'issuing.card': '/v1/issuing/cards/',
  'issuing.cardholder': '/v1/issuing/cardholders/',
  'issuing.dispute': '/v1/issuing/disputes/',
  'issuing.transaction': '/v1/issuing/transactions/',
  payment_intent: '/v1/payment_intents/',
  payment_link: '/v1/payment_links/',
  payment_method: '/v1/payment_methods/',
  payout: '/v1/payouts/',
  plan: '/v1/plans/',
  price: '/v1/prices/',
  product: '/v1/products/',
  promotion_code: '/v1/promotion_codes/',
  quote: '/v1/quotes/',
  refund: '/v1/refunds/',
  review: '/v1/reviews/',
  setup_intent: '/v1/setup_intents/',
  subscription: '/v1/subscriptions/',
  subscription_schedule: '/v1/subscription_schedules/',
  tax_rate: '/v1/tax_rates/',
  topup: '/v1/topups/',
  transfer: '/v1/transfers/',
};

/** Objects that live below the account they belong to. */
const ACCOUNT_PATHS: Record<string, string> = {
  bank_account: 'external_accounts',
  capability: 'capabilities',
  person: 'persons',
};

interface Referenced {
  related_object?: { url?: unknown };
}

/**
 * The API path of an event's object.
 *
 * @throws PermanentFailure when the object cannot be read by its id alone
 */
export function latestObjectPath({ kind, objectId, objectType, account, payload }: ClaimedRun): string {
  if (kind === 'thin') {
    const url = (JSON.parse(payload) as Referenced).related_object?.url;
    if (typeof url === 'string' && /^\/v\d\//.test(url)) return url;
    throw new PermanentFailure('This event points to no object');
  }
  const id = objectId && encodeURIComponent(objectId);
  const path = PATHS[objectType ?? ''];
  if (id && path) return path + id;
  const collection = ACCOUNT_PATHS[objectType ?? ''];
  if (id && collection && account) return `/v1/accounts/${encodeURIComponent(account)}/${collection}/${id}`;
  throw new PermanentFailure(
    `Stripe has no way to read '${objectType}' by its id: call the API in the handler`,
  );
}
