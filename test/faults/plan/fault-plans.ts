import type { Random } from './random.js';

/** What a fault is done to; two faults of a round never share one. */
export type Part = 'postgres' | 'redis' | 'api 0' | 'api 1' | 'worker 0' | 'worker 1' | 'launcher';

export type LinkName = 'postgres' | 'redis' | 'sender';

/** What may go wrong with `npm start`. */
const launcherFaultKinds = [
  'kill launcher',
  'kill launcher and guard',
  'kill launcher and all',
  'freeze launcher',
] as const;
export type LauncherFaultKind = (typeof launcherFaultKinds)[number];

/** What may go wrong with a system of several processes. */
const stackFaultKinds = [
  'kill api',
  'kill worker',
  'kill postgres',
  'kill redis',
  'freeze api',
  'freeze worker',
  'freeze postgres',
  'freeze redis',
  'flush redis',
  'restart postgres',
  'restart worker',
  'connection limit',
  'full disk',
  'clock jump',
  'cut network',
  'silent network',
  'slow network',
  'roll keys',
] as const;
export type StackFaultKind = (typeof stackFaultKinds)[number];

export const faultKinds = [...stackFaultKinds, ...launcherFaultKinds];
export type FaultKind = StackFaultKind | LauncherFaultKind;

export const isLauncherFault = (kind: FaultKind): kind is LauncherFaultKind =>
  launcherFaultKinds.some((one) => one === kind);

/** One fault: when it begins, how long it lasts, and what else it needs. */
export interface FaultPlan {
  kind: FaultKind;
  parts: Part[];
  atMs: number;
  lastsMs: number;
  /** Which network of the part. */
  link?: LinkName;
  /**
   * How far a clock jumps, how late the network is, or after how long a new start is killed too, in milliseconds; how
   * many connections there may be.
   */
  amount?: number;
}

const apis: readonly Part[] = ['api 0', 'api 1'];
const workers: readonly Part[] = ['worker 0', 'worker 1'];

/** Longer than a lease, so that others take over what the frozen process believes to be its own. */
const BEYOND_LEASE = { min: 13_500, max: 16_000 };

interface Kind {
  kind: FaultKind;
  weight: number;
  parts: readonly (readonly Part[])[];
  /** How long it lasts, in milliseconds. */
  lasts: readonly [min: number, max: number];
}

const each = (parts: readonly Part[]) => parts.map((part) => [part]);

const kinds: readonly Kind[] = [
  { kind: 'kill api', weight: 3, parts: each(apis), lasts: [0, 1_500] },
  { kind: 'kill worker', weight: 3, parts: each(workers), lasts: [0, 1_500] },
  { kind: 'kill postgres', weight: 3, parts: [['postgres']], lasts: [0, 2_500] },
  { kind: 'kill redis', weight: 3, parts: [['redis']], lasts: [0, 2_500] },
  { kind: 'freeze api', weight: 2, parts: each(apis), lasts: [1_000, 3_000] },
  { kind: 'freeze worker', weight: 2, parts: each(workers), lasts: [1_000, 3_000] },
  { kind: 'freeze postgres', weight: 2, parts: [['postgres']], lasts: [1_000, 3_500] },
  { kind: 'freeze redis', weight: 3, parts: [['redis']], lasts: [1_000, 3_500] },
  { kind: 'flush redis', weight: 3, parts: [['redis']], lasts: [0, 0] },
  { kind: 'restart postgres', weight: 2, parts: [['postgres']], lasts: [0, 0] },
  { kind: 'restart worker', weight: 1, parts: each(workers), lasts: [0, 0] },
  { kind: 'connection limit', weight: 2, parts: [['postgres']], lasts: [500, 2_500] },
  { kind: 'full disk', weight: 2, parts: [['postgres', 'redis']], lasts: [500, 2_500] },
  { kind: 'clock jump', weight: 3, parts: each([...apis, ...workers]), lasts: [1_000, 2_500] },
  { kind: 'cut network', weight: 3, parts: each([...apis, ...workers]), lasts: [200, 2_000] },
  { kind: 'silent network', weight: 3, parts: each([...apis, ...workers]), lasts: [500, 3_000] },
  { kind: 'slow network', weight: 2, parts: each([...apis, ...workers]), lasts: [1_000, 2_500] },
  { kind: 'roll keys', weight: 2, parts: [apis], lasts: [0, 0] },
];

const launcherKinds: readonly Kind[] = [
  { kind: 'kill launcher', weight: 3, parts: [['launcher']], lasts: [0, 1_500] },
  { kind: 'kill launcher and guard', weight: 2, parts: [['launcher']], lasts: [0, 1_500] },
  { kind: 'kill launcher and all', weight: 3, parts: [['launcher']], lasts: [0, 1_500] },
  { kind: 'freeze launcher', weight: 1, parts: [['launcher']], lasts: [1_000, 3_500] },
];
const AS_IT_STARTS = { probability: 0.4, max: 4_000 };

const HOUR = 3_600_000;
/** Within and beyond what signatures may be late by. */
const jumps = [-HOUR, -120_000, 120_000, 400_000, HOUR];

const linksOf = (part: Part | undefined): LinkName[] =>
  part?.startsWith('api') ? ['postgres', 'redis', 'sender'] : ['postgres', 'redis'];

/** One to four faults, none of which touches what another one is done to. */
export function planFaults(random: Random, lengthMs: number): FaultPlan[] {
  const taken = new Set<Part>();
  const wanted = random.weighted([
    { count: 1, weight: 4 },
    { count: 2, weight: 4 },
    { count: 3, weight: 2 },
    { count: 4, weight: 1 },
  ]).count;
  return Array.from({ length: wanted }).flatMap(() => {
    const { kind, parts: choices, lasts } = random.weighted(kinds);
    const parts = random.pick(choices);
    const plan = planFault(kind, [...parts], lasts, random, lengthMs);
    if (parts.some((part) => taken.has(part))) return [];
    for (const part of parts) taken.add(part);
    return [plan];
  });
}

/** One fault: the next one would be done to what is not there. */
export function planLauncherFaults(random: Random, lengthMs: number): FaultPlan[] {
  const { kind, parts, lasts } = random.weighted(launcherKinds);
  return [planFault(kind, parts.flat(), lasts, random, lengthMs)];
}

function planFault(
  kind: FaultKind,
  parts: Part[],
  lasts: readonly [number, number],
  random: Random,
  lengthMs: number,
): FaultPlan {
  const isLong = kind.startsWith('freeze') && random.chance(kind === 'freeze worker' ? 0.4 : 0.1);
  const [min, max] = isLong ? [BEYOND_LEASE.min, BEYOND_LEASE.max] : lasts;
  const fault = { kind, parts, atMs: random.int(100, lengthMs), lastsMs: random.int(min, max) };
  switch (kind) {
    case 'clock jump':
      return { ...fault, amount: random.pick(jumps) };
    case 'kill launcher':
    case 'kill launcher and guard':
    case 'kill launcher and all':
      return random.chance(AS_IT_STARTS.probability)
        ? { ...fault, amount: random.int(0, AS_IT_STARTS.max) }
        : fault;
    case 'connection limit':
      return { ...fault, amount: random.int(0, 12) };
    case 'cut network':
    case 'silent network':
      return { ...fault, link: random.pick(linksOf(parts[0])) };
    case 'slow network':
      return { ...fault, link: random.pick(linksOf(parts[0])), amount: random.int(20, 300) };
    default:
      return fault;
  }
}
