import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { decimalText } from '../stripe-decimal.js';
import { stripeId } from '../stripe-id.js';

const month = 30 * 86_400;

/** Price and its older twin, the plan: Stripe sends both under the same id. */
function monthlyPrice({ created, livemode }: EventFacts): { price: Stripe.Price; plan: Stripe.Plan } {
  const id = stripeId('price');
  const product = stripeId('prod');
  const shared = {
    active: true,
    created,
    currency: 'usd',
    livemode,
    nickname: null,
    product,
    tiers_mode: null,
  };
  return {
    price: {
      id,
      object: 'price',
      ...shared,
      billing_scheme: 'per_unit',
      custom_unit_amount: null,
      lookup_key: null,
      metadata: {},
      recurring: {
        interval: 'month',
        interval_count: 1,
        meter: null,
        trial_period_days: null,
        usage_type: 'licensed',
      },
      tax_behavior: 'unspecified',
      transform_quantity: null,
      type: 'recurring',
      unit_amount: 1_900,
      unit_amount_decimal: decimalText('1900'),
    },
    plan: {
      id,
      object: 'plan',
      ...shared,
      amount: 1_900,
      amount_decimal: decimalText('1900'),
      billing_scheme: 'per_unit',
      interval: 'month',
      interval_count: 1,
      metadata: {},
      meter: null,
      transform_usage: null,
      trial_period_days: null,
      usage_type: 'licensed',
    },
  };
}

function subscriptionItem(facts: EventFacts, subscription: string): Stripe.SubscriptionItem {
  return {
    id: stripeId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: facts.created,
    current_period_end: facts.created + month,
    current_period_start: facts.created,
    current_trial: null,
    discounts: [],
    metadata: {},
    ...monthlyPrice(facts),
    quantity: 1,
    subscription,
    tax_rates: [],
  };
}

/** A running subscription that its customer has just asked to end with the period. */
function endingSubscription(facts: EventFacts): Stripe.Subscription {
  const { created, livemode } = facts;
  const started = { ...facts, created: created - month };
  const id = stripeId('sub');
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: started.created,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: null, type: 'classic' },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: created + month,
    cancel_at_period_end: true,
    canceled_at: created,
    cancellation_details: {
      comment: null,
      feedback: 'too_expensive',
      feedback_option: null,
      reason: 'cancellation_requested',
    },
    collection_method: 'charge_automatically',
    created: started.created,
    currency: 'usd',
    customer: stripeId('cus'),
    customer_account: null,
    days_until_due: null,
    default_payment_method: stripeId('pm'),
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: {
      object: 'list',
      data: [subscriptionItem(started, id)],
      has_more: false,
      url: `/v1/subscription_items?subscription=${id}`,
    },
    latest_invoice: stripeId('in'),
    livemode,
    managed_payments: null,
    metadata: {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: started.created,
    status: 'active',
    test_clock: null,
    transfer_data: null,
    trial_end: null,
    trial_settings: {
      end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' },
    },
    trial_start: null,
  };
}

export const subscriptionEvents = {
  'customer.subscription.updated': (facts) => ({
    object: endingSubscription(facts),
    previous_attributes: { cancel_at: null, cancel_at_period_end: false, canceled_at: null },
  }),
} satisfies Partial<EventDataFactories>;
