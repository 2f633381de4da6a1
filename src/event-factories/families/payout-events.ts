import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';

const day = 86_400;

type Status = 'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled';

/** How long ago it was made, in seconds: it arrives two days after that. */
const age: Record<Status, number> = {
  pending: 0,
  in_transit: day,
  paid: 2 * day,
  failed: 2 * day,
  canceled: 0,
};

function payout({ created, livemode }: EventFacts, status: Status): Stripe.Payout {
  const failed = status === 'failed';
  const returned = failed || status === 'canceled';
  const onItsWay = status === 'pending' || status === 'in_transit';
  const made = created - age[status];
  return {
    id: stripeId('po'),
    object: 'payout',
    amount: 12_600,
    application_fee: null,
    application_fee_amount: null,
    arrival_date: made + 2 * day,
    automatic: true,
    balance_transaction: stripeId('txn'),
    created: made,
    currency: 'usd',
    description: 'STRIPE PAYOUT',
    destination: stripeId('ba'),
    failure_balance_transaction: returned ? stripeId('txn') : null,
    failure_code: failed ? 'account_closed' : null,
    failure_message: failed ? 'The bank account has been closed.' : null,
    livemode,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: onItsWay ? 'in_progress' : 'completed',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status,
    trace_id: onItsWay || status === 'canceled' ? null : { status: 'pending', value: null },
    type: 'bank_account',
  };
}

export const payoutEvents = {
  'payout.created': (facts) => ({ object: payout(facts, 'pending') }),
  'payout.updated': (facts) => ({
    object: payout(facts, 'in_transit'),
    previous_attributes: { status: 'pending' },
  }),
  'payout.paid': (facts) => ({ object: payout(facts, 'paid') }),
  'payout.failed': (facts) => ({ object: payout(facts, 'failed') }),
  'payout.canceled': (facts) => ({ object: payout(facts, 'canceled') }),
} satisfies Partial<EventDataFactories>;
