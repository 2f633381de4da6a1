const WINDOW_MS = 10_000;
/** What is shorter says little. */
const SHORTEST_MS = 1_000;

/** How fast a count grows: over the last ten seconds. */
export class RateMeter {
  private readonly samples: { at: number; count: number }[] = [];

  /** @param at - milliseconds of a clock that never goes back */
  add(count: number, at = performance.now()): void {
    this.samples.push({ at, count });
    while (this.samples.length > 2 && (this.samples[1]?.at ?? at) <= at - WINDOW_MS) this.samples.shift();
  }

  /** Per second; `undefined` until there is enough to compare. */
  get perSecond(): number | undefined {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    if (!first || !last || last.at - first.at < SHORTEST_MS) return undefined;
    return ((last.count - first.count) / (last.at - first.at)) * 1_000;
  }
}
