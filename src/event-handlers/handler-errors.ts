/**
 * Thrown by a handler that knows another attempt cannot help: the run is dead at once, visible and replayable.
 *
 * @example throw new PermanentFailure(`Order ${id} belongs to a closed shop`);
 */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/**
 * Thrown by a handler that knows when to try again; it counts as an attempt.
 *
 * @example throw new RetryAfter(60_000, 'The carrier asks for a minute');
 */
export class RetryAfter extends Error {
  override readonly name = 'RetryAfter';

  /** @param delayMs - wait before the next attempt, in milliseconds */
  constructor(
    readonly delayMs: number,
    message = `Asked to be retried after ${delayMs} ms`,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
