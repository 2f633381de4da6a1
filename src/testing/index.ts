/** The testing kit for teams: see docs/testing.md. Specs and test/ import it; the product never does. */
export { factoryTypes } from '../event-factories/create-event.js';
export { stripeId as anId } from '../event-factories/stripe-id.js';
export { anEvent, type ChoicesFor, type EventChoices, type RelatedObject } from './an-event.js';
export type { ChaosOptions } from './chaos.js';
export { type DeliverableEvent, type DeliverOptions, DeliveryRefused } from './event-delivery.js';
export { EventHistory, type HistoryOptions } from './event-history.js';
export type {
  AdminAnswer,
  HarnessOptions,
  ReplayedRun,
  ReplayOptions,
  RunState,
  WrittenMail,
} from './harness-options.js';
export { NotSettled } from './settling.js';
export type { StripeCall, StripeStandIn } from './stripe-stand-in.js';
export { type StartedTestServers, startTestServers, type TestServers } from './test-servers.js';
export { TurnpikeTestHarness } from './turnpike-test-harness.js';
