import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';
import { issuingCard, issuingMerchant } from './issuing-card.js';

type State = Pick<
  Stripe.Issuing.Authorization,
  'amount' | 'approved' | 'merchant_amount' | 'pending_request' | 'request_history'
>;

const noExtras = () => ({ atm_fee: null, cashback_amount: null });

/** Before the decision the amounts of the authorization are 0: what is asked for stands in `pending_request`. */
const undecided = (): State => ({
  amount: 0,
  approved: false,
  merchant_amount: 0,
  pending_request: {
    amount: 2_350,
    amount_details: noExtras(),
    currency: 'usd',
    is_amount_controllable: false,
    merchant_amount: 2_350,
    merchant_currency: 'usd',
    network_risk_score: 12,
  },
  request_history: [],
});

const approvedByUs = (created: number): State => ({
  amount: 2_350,
  approved: true,
  merchant_amount: 2_350,
  pending_request: null,
  request_history: [
    {
      amount: 2_350,
      amount_details: noExtras(),
      approved: true,
      authorization_code: 'H41907',
      created,
      currency: 'usd',
      merchant_amount: 2_350,
      merchant_currency: 'usd',
      network_risk_score: 12,
      reason: 'webhook_approved',
      reason_message: null,
      requested_at: created - 1,
    },
  ],
});

function authorization(facts: EventFacts, state: State): Stripe.Issuing.Authorization {
  const card = issuingCard(facts);
  return {
    id: stripeId('iauth'),
    object: 'issuing.authorization',
    amount_details: noExtras(),
    authorization_method: 'online',
    balance_transactions: [],
    card,
    card_presence: 'not_present',
    cardholder: card.cardholder.id,
    created: facts.created,
    currency: 'usd',
    fleet: null,
    fuel: null,
    livemode: facts.livemode,
    merchant_currency: 'usd',
    merchant_data: issuingMerchant(),
    metadata: {},
    network_data: {
      acquiring_institution_id: null,
      system_trace_audit_number: null,
      transaction_id: '583920471166024',
    },
    status: 'pending',
    token: null,
    transactions: [],
    verification_data: {
      address_line1_check: 'not_provided',
      address_postal_code_check: 'match',
      authentication_exemption: null,
      cvc_check: 'match',
      expiry_check: 'match',
      postal_code: '97205',
      three_d_secure: null,
    },
    verified_by_fraud_challenge: null,
    wallet: null,
    ...state,
  };
}

export const issuingAuthorizationEvents = {
  'issuing_authorization.request': (facts) => ({ object: authorization(facts, undecided()) }),
  'issuing_authorization.created': (facts) => ({ object: authorization(facts, approvedByUs(facts.created)) }),
} satisfies Partial<EventDataFactories>;
