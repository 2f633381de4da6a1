const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** One Ctrl-C may arrive twice, from the terminal and forwarded by npm. */
const sameRequestMs = 700;
const parentCheckMs = 300;

/**
 * Requests to stop, from outside: the first asks politely, a later one forces, one after that ends this process at once
 * (the guard then stops the rest).
 */
export class StopRequests {
  private readonly polite = new AbortController();
  private readonly impatient = new AbortController();
  private readonly parentCheck: NodeJS.Timeout | undefined;
  private lastRequest = -Infinity;

  /** @param npm - the process of an npm that started this one: when it is killed, that is a request as well */
  constructor(npm?: number) {
    for (const signal of signals) process.on(signal, this.onRequest);
    if (npm === undefined) return;
    this.parentCheck = setInterval(() => process.ppid !== npm && this.polite.abort(), parentCheckMs).unref();
  }

  /** Aborted by the first request. */
  get requested(): AbortSignal {
    return this.polite.signal;
  }

  /** Aborted by the second one. */
  get forced(): AbortSignal {
    return this.impatient.signal;
  }

  dispose(): void {
    for (const signal of signals) process.off(signal, this.onRequest);
    clearInterval(this.parentCheck);
  }

  private readonly onRequest = (): void => {
    const now = performance.now();
    const repeated = now - this.lastRequest < sameRequestMs;
    this.lastRequest = now;
    if (repeated) return;
    if (this.impatient.signal.aborted) process.exit(1);
    if (this.polite.signal.aborted) this.impatient.abort();
    else this.polite.abort();
  };
}
