/** Queue, job contents and retry policy of outgoing mail: all in one place. */

export const MAIL_QUEUE = 'mail';

/** A job only says which message may be due, and which attempt it would be: Postgres has the rest. */
export interface MailJob {
  mailId: string;
  /** Attempts made when the job was added; a job for an attempt that was made already does nothing. */
  attempts: number;
}

/** With the waits below, some ten to fourteen hours: a mail server may be away for a night. */
export const MAX_ATTEMPTS = 24;

/** Messages that one worker hands over at once. Mail servers limit the connections of one sender. */
export const MAIL_CONCURRENCY = 5;

/** Beyond the time-out of one attempt: time to record its end before another worker may take the message. */
export const LEASE_MARGIN_MS = 15_000;

const FIRST_WAIT_MS = 5_000;
const LONGEST_WAIT_MS = 3_600_000;

/**
 * The wait before the next attempt, in milliseconds: doubling, half of it left to chance.
 *
 * @param attempts - attempts made so far, at least 1
 * @param random - a number from 0 up to 1
 */
export function mailBackoff(attempts: number, random = Math.random()): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20));
  return Math.round(full / 2 + (full / 2) * random);
}
