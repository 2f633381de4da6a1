import { type FaultEventType, eventTypes, orderedTypes, type Script } from '../system/handler-models.js';
import type { Random } from './random.js';

/** An event of a history, before it has bytes. */
export interface EventPlan {
  id: string;
  type: FaultEventType;
  account?: string;
  livemode: boolean;
  /** How long before the round Stripe created it, in seconds. */
  ageSeconds: number;
  objectId: string;
  script: Script;
  /** Whether its sender goes on until it is acknowledged, as Stripe does. */
  persistent: boolean;
}

/** One POST of an event. */
export interface DeliveryPlan {
  event: number;
  atMs: number;
  api: 0 | 1;
  /** The same event in other bytes, as when Stripe counts its endpoints anew. */
  rewritten: boolean;
  /** How it is not what Stripe would send. */
  forgery?: Forgery;
}

export const forgeries = [
  'no signature',
  'foreign secret',
  'retired secret',
  'old timestamp',
  'other bytes',
] as const;
export type Forgery = (typeof forgeries)[number];

/** All ids of a round begin with it, so that rounds can share a database. */
export const idPrefix = (seed: number): string => `evt_f${seed.toString(36)}x`;

/** Values that must come back as they were sent. */
const oddities = ['a\\u0000b', 'Zoë 💳', '\\ud800', '1e400', '\\"\\/', '\\u2028'];

function scriptFor(type: FaultEventType, random: Random): Script {
  switch (type) {
    case 'payment_intent.succeeded':
      return random.chance(0.3) ? { ms: random.int(100, 1_200) } : {};
    case 'charge.succeeded':
    case 'transfer.created':
      return random.chance(0.5) ? { failures: random.int(1, 4) } : {};
    case 'customer.created':
      return random.chance(0.6) ? { end: random.pick(['dead', 'dead once', 'skipped'] as const) } : {};
    case 'invoice.paid':
      return random.chance(0.3) ? { hangs: random.int(1, 2) } : {};
    case 'charge.refunded':
    case 'customer.subscription.updated':
      return random.chance(0.3) ? { failures: random.int(1, 2), ms: random.int(0, 150) } : {};
    case 'balance.available':
      return {};
  }
}

/** Events of a round: many about few objects, some of connected accounts, some live. */
export function planEvents(seed: number, random: Random, count: number): EventPlan[] {
  const tag = seed.toString(36);
  const accounts = [`acct_f${tag}a`, `acct_f${tag}b`];
  return Array.from({ length: count }, (_, i) => {
    const type: FaultEventType = random.chance(0.35) ? random.pick(orderedTypes) : random.pick(eventTypes);
    const account = random.chance(0.4) ? random.pick(accounts) : undefined;
    return {
      id: `${idPrefix(seed)}${i.toString(36).padStart(4, '0')}`,
      type,
      ...(account !== undefined && { account }),
      livemode: random.chance(0.08),
      ageSeconds: random.int(0, 20),
      objectId: `obj_f${tag}${random.int(0, 5)}`,
      script: scriptFor(type, random),
      persistent: random.chance(0.85),
    };
  });
}

/** When and where each event is sent: in bursts, to both processes, again and again, and in any order. */
export function planDeliveries(
  events: readonly EventPlan[],
  random: Random,
  lengthMs: number,
): DeliveryPlan[] {
  const bursts = Array.from({ length: 3 }, () => random.int(0, lengthMs));
  const deliveries = events.flatMap((_, event) => {
    const first = random.chance(0.4) ? random.pick(bursts) : random.int(0, lengthMs);
    const again = random.chance(0.35) ? random.int(1, 3) : 0;
    const later = Array.from({ length: again }, () =>
      random.chance(0.5) ? first : first + random.int(0, 1_500),
    );
    return [first, ...later].map((atMs): DeliveryPlan => {
      return { event, atMs, api: random.pick([0, 1] as const), rewritten: random.chance(0.1) };
    });
  });
  return deliveries.toSorted((a, b) => a.atMs - b.atMs);
}

/** Deliveries that must be refused: of events that are genuine otherwise, and of those that never were. */
export function planForgeries(
  events: readonly EventPlan[],
  random: Random,
  lengthMs: number,
  count: number,
): DeliveryPlan[] {
  return Array.from({ length: count }, () => ({
    event: random.int(0, events.length - 1),
    atMs: random.int(0, lengthMs),
    api: random.pick([0, 1] as const),
    rewritten: false,
    forgery: random.pick(forgeries),
  }));
}

/** An odd text for the metadata of an event, which its bytes must keep. */
export const oddityOf = (event: number): string => oddities[event % oddities.length] ?? '';
