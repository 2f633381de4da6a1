import type Stripe from 'stripe';
import type { EventDataFactories, EventFacts } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';

const day = 86_400;

const nothingDue = (): Stripe.Person.Requirements & Stripe.Person.FutureRequirements => ({
  alternatives: [],
  currently_due: [],
  errors: [],
  eventually_due: [],
  past_due: [],
  pending_verification: [],
});

const noDocument = () => ({ back: null, details: null, details_code: null, front: null });

function owner({ account, created }: EventFacts): Stripe.Person {
  return {
    id: stripeId('person'),
    object: 'person',
    account: account ?? stripeId('acct'),
    created: created - day,
    dob: { day: 9, month: 4, year: 1984 },
    first_name: 'Tomas',
    future_requirements: nothingDue(),
    id_number_provided: true,
    last_name: 'Okafor',
    metadata: {},
    relationship: {
      authorizer: false,
      director: false,
      executive: true,
      legal_guardian: false,
      owner: true,
      percent_ownership: 75,
      representative: true,
      title: 'Managing director',
    },
    requirements: nothingDue(),
    ssn_last_4_provided: true,
    verification: {
      additional_document: noDocument(),
      details: null,
      details_code: null,
      document: noDocument(),
      status: 'verified',
    },
  };
}

export const personEvents = {
  'person.created': (facts) => ({ object: owner(facts) }),
  'person.updated': (facts) => ({
    object: owner(facts),
    previous_attributes: { id_number_provided: false },
  }),
  'person.deleted': (facts) => ({ object: owner(facts) }),
} satisfies Partial<EventDataFactories>;
