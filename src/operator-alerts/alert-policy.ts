/** When alerts are looked for, and how their webhooks are delivered: all in one place. Times in milliseconds. */

/** How often every worker asks whether a pass is due, and how often one of them makes it. */
export const LOOK_EVERY_MS = 1_000;
export const PASS_EVERY_MS = 10_000;

/** Longest statement of a pass. */
export const PASS_TIMEOUT_MS = 10_000;

/** Alerts that one message names; of the others it tells how many they are. */
export const MAX_LINES = 20;

export const ALERT_QUEUE = 'alerts';

/** With the waits of an outbox, some five to ten hours: a receiver may be away for a night. */
export const MAX_ATTEMPTS = 20;

export const ALERT_CONCURRENCY = 2;
