/** How what waits in an outbox is tried again: all in one place. */

/** A job only says what may be due, and which attempt it would be: Postgres has the rest. */
export interface OutboxJob {
  id: string;
  /** Attempts made when the job was added; a job for an attempt that was made already does nothing. */
  attempts: number;
}

/** Beyond the time-out of one attempt: time to record its end before another worker may take over. In milliseconds. */
export const LEASE_MARGIN_MS = 15_000;

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 3_600_000;

/**
 * The wait before the next attempt, in milliseconds: doubling, half of it left to chance.
 *
 * @param attempts - attempts made so far, at least 1
 * @param random - a number from 0 up to 1
 */
export function outboxBackoff(attempts: number, random = Math.random()): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(full / 2 + (full / 2) * random);
}
