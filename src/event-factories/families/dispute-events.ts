import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { sampleBuyer } from '../sample-buyer.js';
import { stripeId } from '../stripe-id.js';

const day = 86_400;
const week = 7 * day;

function withdrawal(created: number, dispute: string, charge: string): Stripe.BalanceTransaction {
  return {
    id: stripeId('txn'),
    object: 'balance_transaction',
    amount: -4_200,
    available_on: created,
    balance_type: 'payments',
    created,
    currency: 'usd',
    description: `Chargeback withdrawal for ${charge}`,
    exchange_rate: null,
    fee: 1_500,
    fee_details: [
      { amount: 1_500, application: null, currency: 'usd', description: 'Dispute fee', type: 'stripe_fee' },
    ],
    net: -5_700,
    reporting_category: 'dispute',
    source: dispute,
    status: 'available',
    type: 'adjustment',
  };
}

const noEvidence = (): Stripe.Dispute.Evidence => ({
  access_activity_log: null,
  billing_address: null,
  cancellation_policy: null,
  cancellation_policy_disclosure: null,
  cancellation_rebuttal: null,
  customer_communication: null,
  customer_email_address: sampleBuyer.email,
  customer_name: sampleBuyer.name,
  customer_purchase_ip: null,
  customer_signature: null,
  duplicate_charge_documentation: null,
  duplicate_charge_explanation: null,
  duplicate_charge_id: null,
  enhanced_evidence: {},
  product_description: null,
  receipt: null,
  refund_policy: null,
  refund_policy_disclosure: null,
  refund_refusal_explanation: null,
  service_date: null,
  service_documentation: null,
  shipping_address: null,
  shipping_carrier: null,
  shipping_date: null,
  shipping_documentation: null,
  shipping_tracking_number: null,
  uncategorized_file: null,
  uncategorized_text: null,
});

function dispute({ created: now, livemode }: EventFacts, age = 0): Stripe.Dispute {
  const created = now - age;
  const id = stripeId('du');
  const charge = stripeId('ch');
  return {
    id,
    object: 'dispute',
    amount: 4_200,
    balance_transactions: [withdrawal(created, id, charge)],
    charge,
    created,
    currency: 'usd',
    enhanced_eligibility_types: [],
    evidence: noEvidence(),
    evidence_details: {
      due_by: created + week,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'manual',
    },
    intended_submission_method: null,
    is_charge_refundable: false,
    livemode,
    metadata: {},
    payment_intent: stripeId('pi'),
    payment_method_details: {
      card: { brand: 'visa', case_type: 'chargeback', network: 'visa', network_reason_code: '10.4' },
      type: 'card',
    },
    reason: 'fraudulent',
    status: 'needs_response',
  };
}

/** Somebody has sent the evidence in. */
function defendedDispute(facts: EventFacts): Stripe.Dispute {
  const defended = dispute(facts, day);
  return {
    ...defended,
    evidence: { ...defended.evidence, product_description: 'A bicycle for a week' },
    evidence_details: { ...defended.evidence_details, has_evidence: true, submission_count: 1 },
    status: 'under_review',
  };
}

/** Nobody has sent evidence in: lost. */
function lostDispute(facts: EventFacts): Stripe.Dispute {
  const lost = dispute(facts, week + day);
  return { ...lost, evidence_details: { ...lost.evidence_details, past_due: true }, status: 'lost' };
}

export const disputeEvents = {
  'charge.dispute.created': (facts) => ({ object: dispute(facts) }),
  'charge.dispute.updated': (facts) => ({
    object: defendedDispute(facts),
    previous_attributes: { status: 'needs_response' },
  }),
  'charge.dispute.closed': (facts) => ({ object: lostDispute(facts) }),
} satisfies Partial<EventDataFactories>;
