/** Work that has begun, for whoever must not end before it. */
export class InFlight {
  private readonly works = new Set<Promise<unknown>>();

  /** The same work, remembered until it has ended, well or not. */
  add<T>(work: Promise<T>): Promise<T> {
    const remembered = work.finally(() => this.works.delete(remembered));
    this.works.add(remembered);
    return remembered;
  }

  /** Resolves when nothing is in flight. */
  async idle(): Promise<void> {
    while (this.works.size > 0) await Promise.allSettled(this.works);
  }
}
