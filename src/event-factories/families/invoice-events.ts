import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { sampleAddress, sampleBuyer } from '../sample-buyer.js';
import { decimalText } from '../stripe-decimal.js';
import { randomCharacters, stripeId } from '../stripe-id.js';

const month = 30 * 86_400;

function subscriptionLine(facts: EventFacts, invoice: string, subscription: string): Stripe.InvoiceLineItem {
  return {
    id: stripeId('il'),
    object: 'line_item',
    amount: 1_900,
    currency: 'usd',
    description: '1 × Workshop plan (at $19.00 / month)',
    discount_amounts: [],
    discountable: true,
    discounts: [],
    invoice,
    livemode: facts.livemode,
    metadata: {},
    parent: {
      invoice_item_details: null,
      subscription_item_details: {
        invoice_item: null,
        proration: false,
        proration_details: { credited_items: null },
        subscription,
        subscription_item: stripeId('si'),
      },
      type: 'subscription_item_details',
    },
    period: { end: facts.created + month, start: facts.created },
    pretax_credit_amounts: [],
    pricing: {
      price_details: { price: stripeId('price'), product: stripeId('prod') },
      type: 'price_details',
      unit_amount_decimal: decimalText('1900'),
    },
    quantity: 1,
    quantity_decimal: decimalText('1'),
    subscription,
    subtotal: 1_900,
    taxes: [],
  };
}

function paidInvoice(facts: EventFacts): Stripe.Invoice {
  const { created, livemode } = facts;
  const id = stripeId('in');
  const subscription = stripeId('sub');
  const hosted = `https://invoice.stripe.com/i/${stripeId('acct')}/${randomCharacters(40)}`;
  return {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Harbour Bikes',
    account_tax_ids: null,
    amount_due: 1_900,
    amount_overpaid: 0,
    amount_paid: 1_900,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 1,
    attempted: true,
    auto_advance: false,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: null,
    billing_reason: 'subscription_cycle',
    collection_method: 'charge_automatically',
    created,
    currency: 'usd',
    custom_fields: null,
    customer: stripeId('cus'),
    customer_account: null,
    customer_address: sampleAddress(),
    customer_email: sampleBuyer.email,
    customer_name: sampleBuyer.name,
    customer_phone: null,
    customer_shipping: null,
    customer_tax_exempt: 'none',
    customer_tax_ids: [],
    default_payment_method: null,
    default_source: null,
    default_tax_rates: [],
    description: null,
    discounts: [],
    due_date: null,
    effective_at: created,
    ending_balance: 0,
    footer: null,
    from_invoice: null,
    hosted_invoice_url: hosted,
    invoice_pdf: `${hosted}/pdf`,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: {
      object: 'list',
      data: [subscriptionLine(facts, id, subscription)],
      has_more: false,
      url: `/v1/invoices/${id}/lines`,
    },
    livemode,
    metadata: {},
    next_payment_attempt: null,
    number: `${randomCharacters(8).toUpperCase()}-0002`,
    on_behalf_of: null,
    parent: {
      quote_details: null,
      subscription_details: { metadata: {}, subscription },
      type: 'subscription_details',
    },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: created,
    period_start: created - month,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: null,
    status: 'paid',
    status_transitions: {
      finalized_at: created,
      marked_uncollectible_at: null,
      paid_at: created,
      voided_at: null,
    },
    subtotal: 1_900,
    subtotal_excluding_tax: 1_900,
    test_clock: null,
    total: 1_900,
    total_discount_amounts: [],
    total_excluding_tax: 1_900,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
}

export const invoiceEvents = {
  'invoice.paid': (facts) => ({ object: paidInvoice(facts) }),
} satisfies Partial<EventDataFactories>;
