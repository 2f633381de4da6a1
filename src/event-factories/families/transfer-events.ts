import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';

function transfer({ created, livemode }: EventFacts): Stripe.Transfer {
  const id = stripeId('tr');
  return {
    id,
    object: 'transfer',
    amount: 3_700,
    amount_reversed: 0,
    balance_transaction: stripeId('txn'),
    created,
    currency: 'usd',
    description: null,
    destination: stripeId('acct'),
    destination_payment: stripeId('py'),
    livemode,
    metadata: {},
    reversals: { object: 'list', data: [], has_more: false, url: `/v1/transfers/${id}/reversals` },
    reversed: false,
    source_transaction: stripeId('ch'),
    source_type: 'card',
    transfer_group: `group_${stripeId('pi')}`,
  };
}

export const transferEvents = {
  'transfer.created': (facts) => ({ object: transfer(facts) }),
} satisfies Partial<EventDataFactories>;
