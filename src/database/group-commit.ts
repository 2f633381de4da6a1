interface Waiting<I, O> {
  item: I;
  bytes: number;
  resolve: (output: O) => void;
  reject: (error: unknown) => void;
}

interface GroupCommitOptions<I, O> {
  /** Commits a group; resolves to one output per item, in order. Rejects for the whole group. */
  commit: (items: I[]) => Promise<O[]>;
  /** Groups that may be committing at once: one while the other waits for the disk. */
  concurrency: number;
  maxItems: number;
  /** So many start a group at once, while more are still being read. Default: a group waits for all of a turn. */
  enoughItems?: number;
  /** Rows that one group may write, and how many of them an item writes. Default: no limit. */
  maxRows?: number;
  rowsOf?: (item: I) => number;
  /** Default: no limit. */
  maxBytes?: number;
  /** Bytes that may wait before {@link GroupCommit.add} refuses more. Default: no limit. */
  maxWaitingBytes?: number;
  /** Longest time from `add` to the answer, in milliseconds. */
  timeoutMs: number;
}

/** Thrown by {@link GroupCommit.add} when an item was not committed in time or could not wait. */
export class NotCommitted extends Error {
  override readonly name = 'NotCommitted';
}

/**
 * Lets concurrent callers share one commit. Nobody waits for a group to form: it is made of what has arrived in the same
 * turn of the event loop, and of what arrived while another was being committed; where `enoughItems` have arrived, they
 * do not wait for the turn to end, so that the database works while the rest is read.
 */
export class GroupCommit<I, O> {
  private waiting: Waiting<I, O>[] = [];
  private waitingBytes = 0;
  private committing = 0;
  private next: NodeJS.Immediate | undefined;

  private readonly options: Required<GroupCommitOptions<I, O>>;

  constructor(options: GroupCommitOptions<I, O>) {
    this.options = {
      maxRows: Infinity,
      rowsOf: () => 1,
      maxBytes: Infinity,
      enoughItems: Infinity,
      maxWaitingBytes: Infinity,
      ...options,
    };
  }

  /**
   * Commits an item together with others.
   *
   * @param bytes - its size, where that bounds how much may wait
   * @throws NotCommitted after the time-out or when too much is waiting; otherwise whatever `commit` threw
   */
  async add(item: I, bytes = 0): Promise<O> {
    if (this.waitingBytes + bytes > this.options.maxWaitingBytes) {
      throw new NotCommitted('Too much is waiting to be committed');
    }
    return new Promise<O>((resolve, reject) => {
      const entry = { item, bytes, resolve, reject };
      const { timeoutMs } = this.options;
      const timer = setTimeout(() => {
        // What still waits must not be stored after its sender was told that it was not.
        if (this.waiting.includes(entry)) this.take((one) => one === entry);
        reject(new NotCommitted(`Not committed within ${timeoutMs} ms`));
      }, timeoutMs);
      entry.resolve = (output) => {
        clearTimeout(timer);
        resolve(output);
      };
      entry.reject = (error) => {
        clearTimeout(timer);
        reject(error as Error);
      };
      this.waiting.push(entry);
      this.waitingBytes += bytes;
      const enough = this.waiting.length >= this.options.enoughItems;
      if (enough && this.committing < this.options.concurrency) this.commitNext();
      else this.commitSoon();
    });
  }

  /** After whatever else is there to be read: requests that came together are stored together. */
  private commitSoon(): void {
    this.next ??= setImmediate(() => {
      this.next = undefined;
      while (this.committing < this.options.concurrency && this.waiting.length > 0) this.commitNext();
    });
  }

  private commitNext(): void {
    const group = this.nextGroup();
    this.committing++;
    this.options
      .commit(group.map(({ item }) => item))
      .then(
        (outputs) => group.forEach(({ resolve }, i) => resolve(outputs[i] as O)),
        (error: unknown) => group.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        this.committing--;
        this.commitSoon();
      });
  }

  private nextGroup(): Waiting<I, O>[] {
    const { maxItems, maxBytes, maxRows, rowsOf } = this.options;
    let items = 0;
    let bytes = 0;
    let rows = 0;
    return this.take((entry) => {
      items += 1;
      bytes += entry.bytes;
      rows += rowsOf(entry.item);
      return items === 1 || (items <= maxItems && bytes <= maxBytes && rows <= maxRows);
    });
  }

  private take(wanted: (entry: Waiting<I, O>) => boolean): Waiting<I, O>[] {
    const taken = new Set(this.waiting.filter(wanted));
    this.waiting = this.waiting.filter((entry) => !taken.has(entry));
    for (const { bytes } of taken) this.waitingBytes -= bytes;
    return [...taken];
  }
}
