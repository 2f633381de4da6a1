import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';

const day = 86_400;

function payout({ created, livemode }: EventFacts, status: 'pending' | 'paid' | 'failed'): Stripe.Payout {
  const pending = status === 'pending';
  const failed = status === 'failed';
  // A new payout arrives in two days; a finished one was made two days ago.
  const made = pending ? created : created - 2 * day;
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
    failure_balance_transaction: failed ? stripeId('txn') : null,
    failure_code: failed ? 'account_closed' : null,
    failure_message: failed ? 'The bank account has been closed.' : null,
    livemode,
    metadata: {},
    method: 'standard',
    original_payout: null,
    payout_method: null,
    reconciliation_status: pending ? 'in_progress' : 'completed',
    reversed_by: null,
    source_type: 'card',
    statement_descriptor: null,
    status,
    trace_id: pending ? null : { status: 'pending', value: null },
    type: 'bank_account',
  };
}

export const payoutEvents = {
  'payout.created': (facts) => ({ object: payout(facts, 'pending') }),
  'payout.paid': (facts) => ({ object: payout(facts, 'paid') }),
  'payout.failed': (facts) => ({ object: payout(facts, 'failed') }),
} satisfies Partial<EventDataFactories>;
