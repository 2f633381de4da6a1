/** The public API for teams: all that a module with handlers needs. See docs/extending.md. */
export { BeforeRun, type UpcomingRun } from './before-run.decorator.js';
export type { EventOf, EventType, SnapshotEventType, ThinEventType } from './event-types.js';
export type { HandlerContext, OutsideContext } from './handler-context.js';
export { PermanentFailure, RetryAfter, SkipRun } from './handler-errors.js';
export type { EventSource, HandlerOptions } from './handler-options.js';
export { type ErasedEvent, type Erasure, OnErasure } from './on-erasure.decorator.js';
export { OnStripeEvent } from './on-stripe-event.decorator.js';
