import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { sampleAddress, sampleBuyer } from '../sample-buyer.js';
import { randomCharacters, stripeId } from '../stripe-id.js';

function cardDetails(): Stripe.Charge.PaymentMethodDetails {
  return {
    card: {
      amount_authorized: 4_200,
      authorization_code: randomCharacters(6).toUpperCase(),
      brand: 'visa',
      checks: { address_line1_check: 'pass', address_postal_code_check: 'pass', cvc_check: 'pass' },
      country: 'US',
      electronic_commerce_indicator: null,
      exp_month: 11,
      exp_year: 2031,
      extended_authorization: { status: 'disabled' },
      fingerprint: randomCharacters(16),
      funding: 'credit',
      incremental_authorization: { status: 'unavailable' },
      installments: null,
      last4: '4242',
      mandate: null,
      multicapture: { status: 'unavailable' },
      network: 'visa',
      network_token: { used: false },
      network_transaction_id: '319672841205577',
      overcapture: { maximum_amount_capturable: 4_200, status: 'unavailable' },
      regulated_status: 'unregulated',
      three_d_secure: null,
      transaction_link_id: null,
      wallet: null,
    },
    type: 'card',
  };
}

const approved = (): Stripe.Charge.Outcome => ({
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: null,
  risk_level: 'normal',
  risk_score: 21,
  seller_message: 'Payment complete.',
  type: 'authorized',
});

function charge({ created, livemode }: EventFacts, amountRefunded: number): Stripe.Charge {
  return {
    id: stripeId('ch'),
    object: 'charge',
    amount: 4_200,
    amount_captured: 4_200,
    amount_refunded: amountRefunded,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: stripeId('txn'),
    billing_details: { address: sampleAddress(), ...sampleBuyer, tax_id: null },
    calculated_statement_descriptor: 'HARBOUR BIKES',
    captured: true,
    created,
    currency: 'usd',
    customer: stripeId('cus'),
    description: 'Order 1042',
    disputed: false,
    failure_balance_transaction: null,
    failure_code: null,
    failure_message: null,
    fraud_details: {},
    livemode,
    metadata: { order_id: '1042' },
    on_behalf_of: null,
    outcome: approved(),
    paid: true,
    payment_intent: stripeId('pi'),
    payment_method: stripeId('pm'),
    payment_method_details: cardDetails(),
    receipt_email: sampleBuyer.email,
    receipt_number: null,
    receipt_url: `https://pay.stripe.com/receipts/payment/${randomCharacters(40)}`,
    refunded: amountRefunded === 4_200,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

export const chargeEvents = {
  'charge.succeeded': (facts) => ({ object: charge(facts, 0) }),
  'charge.refunded': (facts) => ({
    object: charge(facts, 4_200),
    previous_attributes: { amount_refunded: 0, refunded: false },
  }),
} satisfies Partial<EventDataFactories>;
