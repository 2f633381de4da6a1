/** When alerts are looked for, and how their webhooks are delivered: all in one place. Times in milliseconds. */

/** How often every worker asks whether a pass is due, and how often one of them makes it. */
export const LOOK_EVERY_MS = 1_000;
export const PASS_EVERY_MS = 10_000;

/** Longest statement of a pass. */
export const PASS_TIMEOUT_MS = 10_000;

/** Alerts that one message names; of the others it tells how many they are. */
export const MAX_LINES = 20;

export const ALERT_QUEUE = 'alerts';

/** A job only says which webhook may be due, and which attempt it would be: Postgres has the rest. */
export interface AlertJob {
  webhook: string;
  /** Attempts made when the job was added; a job for an attempt that was made already does nothing. */
  attempts: number;
}

/** With the waits below, some five to ten hours: a receiver may be away for a night. */
export const MAX_ATTEMPTS = 20;

export const ALERT_CONCURRENCY = 2;

/** Beyond the time-out of one attempt: time to record its end before another worker may take the webhook. */
export const LEASE_MARGIN_MS = 15_000;

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 3_600_000;

/**
 * The wait before the next attempt, in milliseconds: doubling, half of it left to chance.
 *
 * @param attempts - attempts made so far, at least 1
 * @param random - a number from 0 up to 1
 */
export function webhookBackoff(attempts: number, random = Math.random()): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(full / 2 + (full / 2) * random);
}
