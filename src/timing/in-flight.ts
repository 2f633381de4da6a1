/** Work that has begun, for whoever must not end before it. */
export class InFlight {
  private count = 0;
  private waiting: (() => void)[] = [];

  /** The same work, counted until it has ended, well or not. */
  async add<T>(work: Promise<T>): Promise<T> {
    this.count++;
    try {
      return await work;
    } finally {
      this.count--;
      if (this.count === 0) for (const resolve of this.waiting.splice(0)) resolve();
    }
  }

  /** Resolves when nothing is in flight. */
  async idle(): Promise<void> {
    while (this.count > 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }
}
