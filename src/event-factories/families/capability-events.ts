import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';

const day = 86_400;

const nothingDue = (): Stripe.Capability.Requirements & Stripe.Capability.FutureRequirements => ({
  alternatives: [],
  current_deadline: null,
  currently_due: [],
  disabled_reason: null,
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
});

function cardPayments({ account, created }: EventFacts): Stripe.Capability {
  return {
    id: 'card_payments',
    object: 'capability',
    account: account ?? stripeId('acct'),
    future_requirements: nothingDue(),
    requested: true,
    requested_at: created - day,
    requirements: nothingDue(),
    status: 'active',
  };
}

export const capabilityEvents = {
  'capability.updated': (facts) => ({
    object: cardPayments(facts),
    previous_attributes: { status: 'pending' },
  }),
} satisfies Partial<EventDataFactories>;
