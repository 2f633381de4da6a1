import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { sampleAddress, sampleBuyer } from '../sample-buyer.js';
import { randomCharacters, stripeId } from '../stripe-id.js';
import { cardPaymentMethod } from './payment-method-events.js';

type Outcome = Pick<
  Stripe.PaymentIntent,
  'status' | 'amount_received' | 'payment_method' | 'last_payment_error' | 'latest_charge'
> &
  Partial<Pick<Stripe.PaymentIntent, 'canceled_at' | 'cancellation_reason' | 'payment_method_types'>>;

function paymentIntent({ created, livemode }: EventFacts, outcome: Outcome): Stripe.PaymentIntent {
  const id = stripeId('pi');
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount: 4_200,
    amount_capturable: 0,
    amount_details: { tip: {} },
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: 'always', enabled: true },
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic_async',
    client_secret: `${id}_secret_${randomCharacters(25)}`,
    confirmation_method: 'automatic',
    created,
    currency: 'usd',
    customer: stripeId('cus'),
    customer_account: null,
    description: 'Order 1042',
    excluded_payment_method_types: null,
    livemode,
    managed_payments: null,
    metadata: { order_id: '1042' },
    next_action: null,
    on_behalf_of: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: sampleBuyer.email,
    review: null,
    setup_future_usage: null,
    shipping: { address: sampleAddress(), name: sampleBuyer.name, phone: sampleBuyer.phone },
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    transfer_data: null,
    transfer_group: null,
    ...outcome,
  };
}

function declined(facts: EventFacts, charge: string): Stripe.PaymentIntent.LastPaymentError {
  return {
    advice_code: 'try_again_later',
    charge,
    code: 'card_declined',
    decline_code: 'insufficient_funds',
    doc_url: 'https://docs.stripe.com/error-codes/card-declined',
    message: 'Your card has insufficient funds.',
    payment_method: cardPaymentMethod(facts),
    type: 'card_error',
  };
}

export const paymentIntentEvents = {
  'payment_intent.processing': (facts) => ({
    object: paymentIntent(facts, {
      status: 'processing',
      amount_received: 0,
      payment_method: stripeId('pm'),
      payment_method_types: ['us_bank_account'],
      last_payment_error: null,
      latest_charge: stripeId('py'),
    }),
  }),
  'payment_intent.succeeded': (facts) => ({
    object: paymentIntent(facts, {
      status: 'succeeded',
      amount_received: 4_200,
      payment_method: stripeId('pm'),
      last_payment_error: null,
      latest_charge: stripeId('ch'),
    }),
  }),
  'payment_intent.payment_failed': (facts) => {
    const charge = stripeId('ch');
    return {
      object: paymentIntent(facts, {
        status: 'requires_payment_method',
        amount_received: 0,
        payment_method: null,
        last_payment_error: declined(facts, charge),
        latest_charge: charge,
      }),
    };
  },
  'payment_intent.canceled': (facts) => ({
    object: paymentIntent(facts, {
      status: 'canceled',
      amount_received: 0,
      canceled_at: facts.created,
      cancellation_reason: 'abandoned',
      payment_method: null,
      last_payment_error: null,
      latest_charge: null,
    }),
  }),
} satisfies Partial<EventDataFactories>;
