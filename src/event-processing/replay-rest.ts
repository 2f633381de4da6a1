/** At the usual speed of the database, a slot rests this many times as long as its claim took. */
const SHARE = 4;
const LONGEST_MS = 2_000;

/** By how much the usual time may grow with each claim: what was once usual is forgotten. */
const FORGETTING = 1.01;

/**
 * How long a slot for replayed runs rests after each, so that a replay gives way to everybody else. A claim is the same
 * small statement each time: the longer it takes than usual, the busier the machines are, and the more there is to give
 * way to. The handler's own time does not count, because it may be spent waiting.
 */
export class ReplayRest {
  private usualMs = Number.POSITIVE_INFINITY;

  /** @param claimMs - how long the claim took, in milliseconds @returns milliseconds */
  after(claimMs: number): number {
    this.usualMs = Math.min(claimMs, this.usualMs * FORGETTING);
    const slowness = claimMs / Math.max(this.usualMs, Number.EPSILON);
    return Math.min(claimMs * SHARE * slowness, LONGEST_MS);
  }
}
