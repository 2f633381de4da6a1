import type Stripe from 'stripe';

/** The invented person in the sample objects. */
export const sampleBuyer = {
  name: 'Maya Lindqvist',
  email: 'maya.lindqvist@example.com',
  phone: '+15035550142',
} as const;

/** A fresh copy of the sample person's address. */
export const sampleAddress = (): Stripe.Address => ({
  city: 'Portland',
  country: 'US',
  line1: '18 Alder Street',
  line2: null,
  postal_code: '97205',
  state: 'OR',
});
