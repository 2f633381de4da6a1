import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';
import { bankAccount } from './external-account-events.js';

const day = 86_400;

const settings = (): Stripe.Account.Settings => ({
  branding: { icon: null, logo: null, primary_color: null, secondary_color: null },
  card_payments: {
    decline_on: { avs_failure: true, cvc_failure: true },
    statement_descriptor_prefix: null,
    statement_descriptor_prefix_kana: null,
    statement_descriptor_prefix_kanji: null,
  },
  dashboard: { display_name: 'Harbour Bikes', timezone: 'America/Los_Angeles' },
  payments: {
    statement_descriptor: 'HARBOUR BIKES',
    statement_descriptor_kana: null,
    statement_descriptor_kanji: null,
    statement_descriptor_prefix_kana: null,
    statement_descriptor_prefix_kanji: null,
  },
  payouts: {
    debit_negative_balances: true,
    schedule: { delay_days: 2, interval: 'daily' },
    statement_descriptor: null,
  },
});

const nothingDue = (): Stripe.Account.Requirements & Stripe.Account.FutureRequirements => ({
  alternatives: [],
  current_deadline: null,
  currently_due: [],
  disabled_reason: null,
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
});

/** A connected account whose verification has just gone through. */
function verifiedAccount(facts: EventFacts): Stripe.Account {
  const id = facts.account ?? stripeId('acct');
  return {
    id,
    object: 'account',
    business_profile: {
      annual_revenue: null,
      estimated_worker_count: null,
      mcc: '5940',
      minority_owned_business_designation: null,
      name: 'Harbour Bikes',
      product_description: 'Bicycle hire and repair',
      specified_commercial_transactions_act_url: null,
      support_address: null,
      support_email: 'help@harbour-bikes.example.com',
      support_phone: '+15035550117',
      support_url: null,
      url: 'https://harbour-bikes.example.com',
    },
    business_type: 'company',
    capabilities: { card_payments: 'active', transfers: 'active' },
    charges_enabled: true,
    controller: { type: 'application' },
    country: 'US',
    created: facts.created - day,
    default_currency: 'usd',
    details_submitted: true,
    email: 'owner@harbour-bikes.example.com',
    external_accounts: {
      object: 'list',
      data: [bankAccount(id)],
      has_more: false,
      url: `/v1/accounts/${id}/external_accounts`,
    },
    future_requirements: nothingDue(),
    metadata: {},
    payouts_enabled: true,
    requirements: nothingDue(),
    settings: settings(),
    tos_acceptance: { date: facts.created - day },
    type: 'express',
  };
}

export const accountEvents = {
  'account.updated': (facts) => ({
    object: verifiedAccount(facts),
    previous_attributes: { charges_enabled: false, details_submitted: false, payouts_enabled: false },
  }),
} satisfies Partial<EventDataFactories>;
