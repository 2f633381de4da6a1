export { StripeStandIn } from '../../src/testing/stripe-stand-in.js';
