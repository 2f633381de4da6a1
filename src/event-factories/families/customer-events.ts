import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { sampleAddress, sampleBuyer } from '../sample-buyer.js';
import { randomCharacters, stripeId } from '../stripe-id.js';

function customer({ created, livemode }: EventFacts): Stripe.Customer {
  return {
    id: stripeId('cus'),
    object: 'customer',
    address: sampleAddress(),
    balance: 0,
    created,
    currency: null,
    default_source: null,
    delinquent: false,
    description: null,
    discount: null,
    ...sampleBuyer,
    invoice_prefix: randomCharacters(8).toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: null,
      rendering_options: null,
    },
    livemode,
    metadata: {},
    next_invoice_sequence: 1,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  };
}

export const customerEvents = {
  'customer.created': (facts) => ({ object: customer(facts) }),
} satisfies Partial<EventDataFactories>;
