import { randomInt } from 'node:crypto';

/** What goes wrong on purpose. All choices follow from the seed: the same seed makes the same ones again. */
export interface ChaosOptions {
  /** A whole number from 0 to 4294967295; default: a random one, which is printed at the start. */
  seed?: number;
  /** How likely each event is delivered twice, from 0 to 1. */
  duplicate?: number;
  /** Whether the events of one `deliver` go out in a random order. */
  shuffle?: boolean;
  /** Each delivery is held back for a random time up to this, in milliseconds, and those that follow overtake it. */
  delay?: number;
  /**
   * Handlers run in a worker process. It is killed (`SIGKILL`) in this attempt of those that succeed, counted from 1:
   * after the handler has done its work, and before that is committed. Another worker then takes over.
   */
  crashAfter?: number;
}

/** One delivery as chaos has it. */
export interface PlannedDelivery<T> {
  readonly event: T;
  /** How long it is held back, in milliseconds. */
  readonly heldMs: number;
}

/** Makes the random choices of one harness. */
export class Chaos {
  readonly seed: number;
  private state: number;

  /** @throws RangeError when an option is out of its range */
  constructor(private readonly options: ChaosOptions) {
    const { seed = randomInt(2 ** 32), duplicate = 0, delay = 0, crashAfter = 1 } = options;
    expectRange('seed', Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32, 'a whole number below 2^32');
    expectRange('duplicate', duplicate >= 0 && duplicate <= 1, 'from 0 to 1');
    expectRange('delay', delay >= 0 && delay <= 60_000, 'from 0 to 60000 milliseconds');
    expectRange('crashAfter', Number.isInteger(crashAfter) && crashAfter >= 1, 'a whole number from 1');
    this.seed = seed;
    this.state = seed;
  }

  /** Whether anything is left to chance. */
  get isOn(): boolean {
    const { duplicate = 0, shuffle = false, delay = 0 } = this.options;
    return duplicate > 0 || shuffle || delay > 0;
  }

  /** What becomes of the events of one `deliver`, in the order in which they go out. */
  plan<T>(events: readonly T[]): PlannedDelivery<T>[] {
    const { duplicate = 0, shuffle = false, delay = 0 } = this.options;
    const order = [...events];
    for (const event of events) {
      // The second delivery comes at any time after the first.
      if (this.random() < duplicate)
        order.splice(this.below(order.lastIndexOf(event) + 1, order.length + 1), 0, event);
    }
    if (shuffle) this.shuffle(order);
    return order.map((event) => ({ event, heldMs: delay > 0 ? this.below(0, Math.floor(delay) + 1) : 0 }));
  }

  private shuffle(items: unknown[]): void {
    for (let last = items.length - 1; last > 0; last -= 1) {
      const chosen = this.below(0, last + 1);
      [items[last], items[chosen]] = [items[chosen], items[last]];
    }
  }

  /** A whole number, at least `from` and below `to`. */
  private below(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from));
  }

  /** From 0 up to 1, by mulberry32: small, and the same everywhere. */
  private random(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
}

function expectRange(name: string, holds: boolean, range: string): void {
  if (!holds) throw new RangeError(`chaos.${name} is not ${range}`);
}
