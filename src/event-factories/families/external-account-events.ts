import type Stripe from 'stripe';
import type { EventDataFactories } from '../event-facts.js';
import { randomCharacters, stripeId } from '../stripe-id.js';

const nothingDue = () => ({ currently_due: [], errors: [], past_due: [], pending_verification: [] });

/** A bank account that receives the payouts of a connected account. */
export function bankAccount(account: string): Stripe.BankAccount {
  return {
    id: stripeId('ba'),
    object: 'bank_account',
    account,
    account_holder_name: 'Harbour Bikes LLC',
    account_holder_type: 'company',
    account_type: null,
    available_payout_methods: ['standard'],
    bank_name: 'STRIPE TEST BANK',
    country: 'US',
    currency: 'usd',
    default_for_currency: true,
    fingerprint: randomCharacters(16),
    future_requirements: nothingDue(),
    last4: '6789',
    metadata: {},
    requirements: nothingDue(),
    routing_number: '110000000',
    status: 'new',
  };
}

export const externalAccountEvents = {
  'account.external_account.created': ({ account }) => ({ object: bankAccount(account ?? stripeId('acct')) }),
  'account.external_account.updated': ({ account }) => ({
    object: { ...bankAccount(account ?? stripeId('acct')), metadata: { label: 'main' } },
    previous_attributes: { metadata: {} },
  }),
  'account.external_account.deleted': ({ account }) => ({ object: bankAccount(account ?? stripeId('acct')) }),
} satisfies Partial<EventDataFactories>;
