import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';

const day = 86_400;

type Destination = Stripe.Refund.DestinationDetails.Card;

function refund({ created }: EventFacts, card: Destination): Stripe.Refund {
  return {
    id: stripeId('re'),
    object: 'refund',
    amount: 4_200,
    balance_transaction: stripeId('txn'),
    charge: stripeId('ch'),
    created: created - day,
    currency: 'usd',
    customer: stripeId('cus'),
    customer_account: null,
    destination_details: { card, type: 'card' },
    metadata: {},
    payment_intent: stripeId('pi'),
    payment_method: stripeId('pm'),
    reason: 'requested_by_customer',
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  };
}

export const refundEvents = {
  // The card's network has named it, so the buyer can ask the bank for it.
  'refund.updated': (facts) => ({
    object: refund(facts, {
      reference: '24692161234567890123456',
      reference_status: 'available',
      reference_type: 'acquirer_reference_number',
      type: 'refund',
    }),
    previous_attributes: {
      destination_details: { card: { reference_status: 'pending', type: 'refund' }, type: 'card' },
    },
  }),
  'refund.failed': (facts) => ({
    object: {
      ...refund(facts, { reference_status: 'unavailable', type: 'refund' }),
      failure_balance_transaction: stripeId('txn'),
      failure_reason: 'lost_or_stolen_card',
      status: 'failed',
    },
  }),
} satisfies Partial<EventDataFactories>;
