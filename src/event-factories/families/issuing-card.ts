import type Stripe from 'stripe';
import type { EventFacts } from '../event-facts.js';
import { sampleAddress, sampleBuyer } from '../sample-buyer.js';
import { stripeId } from '../stripe-id.js';

const year = 365 * 86_400;

function cardholder({ created, livemode }: EventFacts): Stripe.Issuing.Cardholder {
  return {
    id: stripeId('ich'),
    object: 'issuing.cardholder',
    billing: { address: sampleAddress() },
    company: null,
    created: created - year,
    email: sampleBuyer.email,
    individual: {
      dob: { day: 21, month: 6, year: 1990 },
      first_name: 'Maya',
      last_name: 'Lindqvist',
      verification: { document: { back: null, front: null } },
    },
    livemode,
    metadata: {},
    name: sampleBuyer.name,
    phone_number: sampleBuyer.phone,
    preferred_locales: ['en'],
    requirements: { disabled_reason: null, past_due: [] },
    spending_controls: {
      allowed_card_presences: null,
      allowed_categories: [],
      allowed_merchant_countries: [],
      blocked_card_presences: null,
      blocked_categories: [],
      blocked_merchant_countries: [],
      spending_limits: [],
      spending_limits_currency: null,
    },
    status: 'active',
    type: 'individual',
  };
}

/** An active virtual card with its cardholder. */
export function issuingCard(facts: EventFacts): Stripe.Issuing.Card {
  return {
    id: stripeId('ic'),
    object: 'issuing.card',
    brand: 'Visa',
    cancellation_reason: null,
    cardholder: cardholder(facts),
    created: facts.created - year,
    currency: 'usd',
    exp_month: 11,
    exp_year: 2031,
    last4: '4242',
    latest_fraud_warning: null,
    lifecycle_controls: null,
    livemode: facts.livemode,
    metadata: {},
    personalization_design: null,
    replaced_by: null,
    replacement_for: null,
    replacement_reason: null,
    second_line: null,
    shipping: null,
    spending_controls: {
      allowed_card_presences: null,
      allowed_categories: null,
      allowed_merchant_countries: null,
      blocked_card_presences: null,
      blocked_categories: null,
      blocked_merchant_countries: null,
      spending_limits: [{ amount: 50_000, categories: [], interval: 'daily' }],
      spending_limits_currency: 'usd',
    },
    status: 'active',
    type: 'virtual',
    wallets: {
      apple_pay: { eligible: true, ineligible_reason: null },
      google_pay: { eligible: true, ineligible_reason: null },
      primary_account_identifier: null,
    },
  };
}

/** The shop where the card was used. */
export const issuingMerchant = () => ({
  category: 'bicycle_shops',
  category_code: '5940',
  city: 'Portland',
  country: 'US',
  name: 'Harbour Bikes',
  network_id: '4471003288',
  postal_code: '97205',
  state: 'OR',
  tax_id: null,
  terminal_id: null,
  url: null,
});
