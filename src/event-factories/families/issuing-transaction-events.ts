import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';
import { issuingMerchant } from './issuing-card.js';

function capture({ created, livemode }: EventFacts): Stripe.Issuing.Transaction {
  return {
    id: stripeId('ipi'),
    object: 'issuing.transaction',
    amount: -2_350,
    amount_details: { atm_fee: null, cashback_amount: null },
    authorization: stripeId('iauth'),
    balance_transaction: stripeId('txn'),
    card: stripeId('ic'),
    cardholder: stripeId('ich'),
    created,
    currency: 'usd',
    dispute: null,
    livemode,
    merchant_amount: -2_350,
    merchant_currency: 'usd',
    merchant_data: issuingMerchant(),
    metadata: {},
    network_data: {
      authorization_code: 'H41907',
      processing_date: new Date(created * 1_000).toISOString().slice(0, 10),
      transaction_id: '583920471166024',
    },
    token: null,
    type: 'capture',
    wallet: null,
  };
}

export const issuingTransactionEvents = {
  'issuing_transaction.created': (facts) => ({ object: capture(facts) }),
} satisfies Partial<EventDataFactories>;
