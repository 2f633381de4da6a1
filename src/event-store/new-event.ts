import type { StripeEvent } from './stripe-event.entity.js';

/** An event on its way into the store. */
export type NewEvent = Omit<StripeEvent, 'receivedAt' | 'erasedAt'>;

/** A run to create together with its event. */
export interface PlannedRun {
  handlerId: string;
  /** Runs with the same key go one at a time; `null` for no order. */
  orderingKey: string | null;
  /** Why the run is created as `skipped`; `null` for a run that shall happen. */
  skipReason: string | null;
}

/** A run that was created and waits for a worker. */
export interface CreatedRun {
  id: string;
  attempts: number;
  handlerId: string;
}

/** What became of one delivery. */
export interface Stored {
  outcome: 'stored' | 'duplicate';
  runs: CreatedRun[];
}
