import { handlersOf, QUICK } from '../system/handler-models.js';
import {
  type DeliveryPlan,
  type EventPlan,
  planDeliveries,
  planEvents,
  planForgeries,
} from './event-plans.js';
import { type FaultPlan, planFaults, planLauncherFaults } from './fault-plans.js';
import { Random } from './random.js';

/** A replay of one event. */
export interface ReplayPlan {
  event: number;
  /** `undefined`: when all is well again and every run has ended. */
  atMs: number | undefined;
  api: 0 | 1;
  /** `undefined`: all of them. */
  handlers: string[] | undefined;
  includeSucceeded: boolean;
  /** Whether its sender repeats it with an idempotency key until it is answered. */
  repeated: boolean;
}

/** A replay of all events of an account. */
export interface BulkReplayPlan {
  account: string;
  atMs: number;
  api: 0 | 1;
  handlers: string[];
  ratePerSecond: number;
}

/** A request to spend on a card. */
export interface AuthorizationPlan {
  id: string;
  atMs: number;
  api: 0 | 1;
  amount: number;
}

/** All that a round does. The same seed gives the same. */
export interface RoundPlan {
  seed: number;
  /** Several processes, or `npm start` with all in one. */
  system: 'processes' | 'npm start';
  lengthMs: number;
  events: EventPlan[];
  /** Events that nobody ever sends with a genuine signature. */
  neverSent: EventPlan[];
  deliveries: DeliveryPlan[];
  forgeries: DeliveryPlan[];
  replays: ReplayPlan[];
  bulkReplays: BulkReplayPlan[];
  authorizations: AuthorizationPlan[];
  faults: FaultPlan[];
}

const LOAD_MS = { min: 1_200, max: 2_800 };
const EVENTS = { min: 40, max: 110 };
const FORGERIES = 12;
const NEVER_SENT = 6;

/** Every so many seeds, the round is one of `npm start`. */
const LAUNCHED_EVERY = 5;

export function planRound(seed: number): RoundPlan {
  const random = new Random(seed);
  const system = seed % LAUNCHED_EVERY === 0 ? 'npm start' : 'processes';
  const lengthMs = random.int(LOAD_MS.min, LOAD_MS.max);
  const all = planEvents(seed, random, random.int(EVENTS.min, EVENTS.max) + NEVER_SENT);
  const events = all.slice(NEVER_SENT);
  const neverSent = all.slice(0, NEVER_SENT);
  return {
    ...{ seed, system, lengthMs, events, neverSent },
    deliveries: planDeliveries(events, random, lengthMs),
    forgeries: planForgeries([...events, ...neverSent], random, lengthMs, FORGERIES),
    replays: planReplays(events, random, lengthMs),
    bulkReplays: random.chance(0.4) ? [planBulkReplay(events, random, lengthMs)] : [],
    authorizations: planAuthorizations(seed, random, lengthMs),
    faults: (system === 'npm start' ? planLauncherFaults : planFaults)(random, lengthMs),
  };
}

function planReplays(events: readonly EventPlan[], random: Random, lengthMs: number): ReplayPlan[] {
  return Array.from({ length: random.int(4, 12) }, () => {
    const event = random.int(0, events.length - 1);
    const takers = handlersOf(events[event] as EventPlan).map(({ id }) => id);
    const chosen = takers.length > 0 && random.chance(0.5) ? [random.pick(takers)] : undefined;
    return {
      event,
      atMs: random.chance(0.4) ? undefined : random.int(300, lengthMs + 500),
      api: random.pick([0, 1] as const),
      handlers: chosen,
      includeSucceeded: random.chance(0.6),
      repeated: random.chance(0.6),
    };
  });
}

function planBulkReplay(events: readonly EventPlan[], random: Random, lengthMs: number): BulkReplayPlan {
  const account = events.find((event) => event.account !== undefined)?.account ?? 'acct_none';
  const takers = new Set(events.flatMap((event) => handlersOf(event).map(({ id }) => id)));
  const handlers = [QUICK, ...[...takers].filter((id) => id !== QUICK && random.chance(0.5))];
  return {
    account,
    handlers,
    atMs: random.int(500, lengthMs),
    api: random.pick([0, 1] as const),
    ratePerSecond: random.pick([50, 200, 1_000]),
  };
}

function planAuthorizations(seed: number, random: Random, lengthMs: number): AuthorizationPlan[] {
  return Array.from({ length: random.int(0, 8) }, (_, i) => ({
    id: `evt_f${seed.toString(36)}xissuing${i}`,
    atMs: random.int(0, lengthMs),
    api: random.pick([0, 1] as const),
    amount: random.int(1, 10_000),
  }));
}
