/**
 * Thrown by a handler that knows another attempt cannot help: the run is dead at once, visible and replayable.
 *
 * @example throw new PermanentFailure(`Order ${id} belongs to a closed shop`);
 */
export class PermanentFailure extends Error {
  override readonly name = 'PermanentFailure';
}

/**
 * Thrown by a handler, or before its run by a method with `@BeforeRun()`, when there is nothing to do any more: the run
 * is skipped with this reason. What the attempt wrote through `ctx.tx` is undone, and no other attempt follows until
 * somebody replays the run.
 *
 * @example if (shop.closed) throw new SkipRun(`Shop ${shop.id} was closed`);
 */
export class SkipRun extends Error {
  override readonly name = 'SkipRun';
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
