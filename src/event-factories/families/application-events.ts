import type Stripe from 'stripe';
import type { EventDataFactories } from '../event-facts.js';
import { stripeId } from '../stripe-id.js';

const application = (): Stripe.Application => ({
  id: stripeId('ca'),
  object: 'application',
  name: 'Pedal Platform',
});

export const applicationEvents = {
  'account.application.authorized': () => ({ object: application() }),
  'account.application.deauthorized': () => ({ object: application() }),
} satisfies Partial<EventDataFactories>;
