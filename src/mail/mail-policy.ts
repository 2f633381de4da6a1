/** Queue and limits of outgoing mail: all in one place. */

export const MAIL_QUEUE = 'mail';

/** With the waits of an outbox, some ten to fourteen hours: a mail server may be away for a night. */
export const MAX_ATTEMPTS = 24;

/** Messages that one worker hands over at once. Mail servers limit the connections of one sender. */
export const MAIL_CONCURRENCY = 5;
