import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { sampleAddress, sampleBuyer } from '../sample-buyer.js';
import { stripeId } from '../stripe-id.js';

const day = 86_400;

const buyerDetails = (): Stripe.Checkout.Session.CustomerDetails => ({
  address: sampleAddress(),
  business_name: null,
  individual_name: null,
  ...sampleBuyer,
  tax_exempt: 'none',
  tax_ids: [],
});

type Payment = Pick<Stripe.Checkout.Session, 'payment_method_types' | 'payment_status'>;

const byCard = { payment_method_types: ['card'], payment_status: 'paid' } satisfies Payment;

/** What takes days to succeed or to fail. */
const byBank = (status: 'paid' | 'unpaid'): Payment => ({
  payment_method_types: ['us_bank_account'],
  payment_status: status,
});

function completedSession({ created, livemode }: EventFacts, payment: Payment): Stripe.Checkout.Session {
  return {
    id: stripeId(livemode ? 'cs_live' : 'cs_test'),
    object: 'checkout.session',
    adaptive_pricing: { enabled: true },
    after_expiration: null,
    allow_promotion_codes: null,
    allowed_payment_method_types: null,
    amount_subtotal: 4_200,
    amount_total: 4_200,
    automatic_tax: { enabled: false, liability: null, provider: null, status: null },
    billing_address_collection: null,
    cancel_url: 'https://shop.example.com/cart',
    client_reference_id: 'order_1042',
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: created - 90,
    currency: 'usd',
    currency_conversion: null,
    custom_fields: [],
    custom_text: {
      after_submit: null,
      shipping_address: null,
      submit: null,
      terms_of_service_acceptance: null,
    },
    customer: stripeId('cus'),
    customer_account: null,
    customer_creation: 'if_required',
    customer_details: buyerDetails(),
    customer_email: null,
    discounts: [],
    expires_at: created - 90 + day,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode,
    locale: null,
    managed_payments: null,
    metadata: { order_id: '1042' },
    mode: 'payment',
    origin_context: null,
    payment_intent: stripeId('pi'),
    payment_link: null,
    payment_method_collection: 'if_required',
    payment_method_configuration_details: null,
    payment_method_options: {},
    ...payment,
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'complete',
    submit_type: null,
    subscription: null,
    success_url: 'https://shop.example.com/thanks',
    total_details: { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: null,
    wallet_options: null,
  };
}

export const checkoutSessionEvents = {
  'checkout.session.completed': (facts) => ({ object: completedSession(facts, byCard) }),
  'checkout.session.async_payment_succeeded': (facts) => ({
    object: completedSession(facts, byBank('paid')),
  }),
  'checkout.session.async_payment_failed': (facts) => ({
    object: completedSession(facts, byBank('unpaid')),
  }),
} satisfies Partial<EventDataFactories>;
