import type { RunStatus } from './run-status.js';

/** Which events; what is absent does not matter, and what is there must all be true. */
export interface EventFilter {
  /** Exact, or everything below a prefix: `payment_intent.*`. */
  type?: string | undefined;
  source?: 'direct' | 'connect' | 'issuing' | undefined;
  account?: string | undefined;
  /** Events of other accounts, and the platform's own, do not exist. */
  accounts?: readonly string[] | undefined;
  livemode?: boolean | undefined;
  /** Events with a handler whose latest run has this status; with `handler`, of that handler. */
  status?: RunStatus | undefined;
  /** Events that this handler has a run of. */
  handler?: string | undefined;
  /** Events with a handler whose latest run is retrying or dead with an error of this group. */
  fingerprint?: string | undefined;
  /** Id of the object that the event is about. */
  object?: string | undefined;
  createdFrom?: Date | undefined;
  /** The end, which does not belong to it. */
  createdBefore?: Date | undefined;
  receivedFrom?: Date | undefined;
  receivedBefore?: Date | undefined;
  /** Any id in full: of the event, its object, its account, or another object in its payload. */
  id?: string | undefined;
}

/** A place in a list of events. */
export interface Position {
  /** As text, to the microsecond; a `Date` where that is exact. */
  at: string | Date;
  id: string;
}

/** What is stored about an event, without its payload. */
export interface EventRow {
  id: string;
  type: string;
  kind: 'snapshot' | 'thin';
  source: 'direct' | 'connect' | 'issuing';
  account: string | null;
  context: string | null;
  livemode: boolean;
  apiVersion: string | null;
  objectId: string | null;
  objectType: string | null;
  created: Date;
  receivedAt: Date;
  /** When its payload was overwritten; `null` for nearly every event. */
  erasedAt: Date | null;
  /** How many handlers stand where, by the latest run of each. */
  runs: Partial<Record<RunStatus, number>>;
  /** For `after`. */
  position: Position & { at: string };
}

/** Which part of a list. */
export interface PageRequest {
  /** `oldest` goes by `created`; `newest` too, except with a received range: then it goes by time of arrival. */
  order: 'newest' | 'oldest';
  after?: Position | undefined;
  limit: number;
}
