import type { FaultKind, Part } from '../plan/fault-plans.js';
import type { Forgery } from '../plan/event-plans.js';
import type { Launch } from '../system/installation.js';
import type { OutsideCall } from '../system/outside.js';
import type { Script } from '../system/handler-models.js';

/** What was done to the system and what it said, as its senders and operators saw it. Times: milliseconds since 1970. */
export interface History {
  seed: number;
  events: SentEvent[];
  deliveries: SentDelivery[];
  replays: AskedReplay[];
  bulkReplays: AskedBulkReplay[];
  authorizations: AskedAuthorization[];
  faults: HappenedFault[];
  calls: OutsideCall[];
  launches: Launch[];
}

/** An event that Stripe has: it sends it, or somebody else pretends to. */
export interface SentEvent {
  id: string;
  type: string;
  account?: string;
  livemode: boolean;
  /** In seconds since 1970. */
  created: number;
  objectId: string;
  script: Script;
  /** Whether its sender went on until it was acknowledged. */
  persistent: boolean;
  /** The texts in which it was sent with a genuine signature; none for one that never was. */
  bodies: string[];
}

/** A request and its answer; without `answeredAt` the connection broke, or nothing came in time. */
interface Exchange {
  sentAt: number;
  answeredAt?: number;
  status?: number;
  /** The `code` of a problem. */
  code?: string;
}

export interface SentDelivery extends Exchange {
  eventId: string;
  api: number;
  forgery?: Forgery;
}

/** What the answer to a replay said of one handler. */
export interface ReplayedRun {
  handler: string;
  outcome: string;
  runId: string | null;
  generation: number | null;
}

/** A replay of one event; repeated requests with the same key are one. */
export interface AskedReplay extends Exchange {
  eventId: string;
  handlers?: string[];
  includeSucceeded: boolean;
  /** What came back with 200. */
  runs?: ReplayedRun[];
  /** Whether some try may have been done though nobody said so. */
  uncertain: boolean;
}

export interface AskedBulkReplay extends Exchange {
  account: string;
  handlers: string[];
  replayId?: string;
  uncertain: boolean;
}

export interface AskedAuthorization extends Exchange {
  eventId: string;
  body: string;
  approved?: boolean;
}

export interface HappenedFault {
  kind: FaultKind;
  parts: Part[];
  from: number;
  to?: number;
  link?: string;
  amount?: number;
  /** Why it was not done. */
  skipped?: string;
}
