import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';

function applicationFee({ created, livemode }: EventFacts): Stripe.ApplicationFee {
  const id = stripeId('fee');
  const charge = stripeId('ch');
  return {
    id,
    object: 'application_fee',
    account: stripeId('acct'),
    amount: 500,
    amount_refunded: 0,
    application: stripeId('ca'),
    balance_transaction: stripeId('txn'),
    charge,
    created,
    currency: 'usd',
    fee_source: { charge, type: 'charge' },
    livemode,
    originating_transaction: null,
    refunded: false,
    refunds: { object: 'list', data: [], has_more: false, url: `/v1/application_fees/${id}/refunds` },
  };
}

export const applicationFeeEvents = {
  'application_fee.created': (facts) => ({ object: applicationFee(facts) }),
} satisfies Partial<EventDataFactories>;
