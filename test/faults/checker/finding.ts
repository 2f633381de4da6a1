import type { History } from '../load/history.js';
import type { Snapshot } from './snapshot.js';

/** A promise that was not kept. */
export interface Violation {
  /** Which promise, such as `acknowledged, not stored`. */
  promise: string;
  /** What it is about: the id of an event, a run or a replay. */
  about: string;
  details: string;
}

/** What a check looked at, and what it found. */
export class Findings {
  readonly violations: Violation[] = [];
  /** How often each promise was checked. */
  readonly checked: Record<string, number> = {};

  /** Counts one check; where it failed, says so. */
  expect(holds: boolean, promise: string, about: string, details: () => string): void {
    this.checked[promise] = (this.checked[promise] ?? 0) + 1;
    if (!holds) this.violations.push({ promise, about, details: details() });
  }
}

/** Compares what was done and told with what is stored. */
export type Check = (history: History, snapshot: Snapshot, findings: Findings) => void;

/** Items by a key. */
export function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** The database and the senders read the same clock, but not at the same moment. In milliseconds. */
export const CLOCK_TOLERANCE_MS = 20;
