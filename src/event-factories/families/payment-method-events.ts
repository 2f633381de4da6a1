import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { sampleAddress, sampleBuyer } from '../sample-buyer.js';
import { randomCharacters, stripeId } from '../stripe-id.js';

/** A card that is not saved to a customer yet. */
export function cardPaymentMethod({ created, livemode }: EventFacts): Stripe.PaymentMethod {
  return {
    id: stripeId('pm'),
    object: 'payment_method',
    allow_redisplay: 'unspecified',
    billing_details: { address: sampleAddress(), ...sampleBuyer, tax_id: null },
    card: {
      brand: 'visa',
      checks: { address_line1_check: 'pass', address_postal_code_check: 'pass', cvc_check: 'pass' },
      country: 'US',
      display_brand: 'visa',
      exp_month: 11,
      exp_year: 2031,
      fingerprint: randomCharacters(16),
      funding: 'credit',
      generated_from: null,
      last4: '4242',
      networks: { available: ['visa'], preferred: null },
      regulated_status: 'unregulated',
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created,
    customer: null,
    customer_account: null,
    livemode,
    metadata: {},
    type: 'card',
  };
}

export const paymentMethodEvents = {
  'payment_method.attached': (facts) => ({
    object: { ...cardPaymentMethod(facts), customer: stripeId('cus') },
  }),
} satisfies Partial<EventDataFactories>;
