import type { Answer } from './sender.js';

/** How long the answers took, in milliseconds. */
export interface Latencies {
  readonly min: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const isGood = ({ status = 0 }: Answer) => status >= 200 && status < 300;

const rounded = (ms: number) => Math.round(ms * 100) / 100;

/** The status code, or the reason why there was no answer. */
const byStatus = (answer: Answer) => (answer.status === undefined ? answer.reason : String(answer.status));

/** Counts what became of deliveries and remembers how long each answer took. */
export class AnswerTally {
  private readonly times: number[] = [];
  private readonly counts = new Map<string, number>();
  private good = 0;
  private failure: Answer | undefined;
  private earliest: Answer | undefined;
  private known = 0;

  /** @param outcomeOf - under which name an answer is counted */
  constructor(private readonly outcomeOf: (answer: Answer) => string = byStatus) {}

  add(answer: Answer): void {
    const outcome = this.outcomeOf(answer);
    this.counts.set(outcome, (this.counts.get(outcome) ?? 0) + 1);
    this.known += 1;
    this.earliest ??= answer;
    if (answer.status !== undefined) this.times.push(answer.ms);
    if (isGood(answer)) this.good += 1;
    else this.failure ??= answer;
  }

  /** Deliveries whose outcome is known. */
  get total(): number {
    return this.known;
  }

  /** Whether there were answers and every one was a 2xx. */
  get allGood(): boolean {
    return this.known > 0 && this.good === this.known;
  }

  get first(): Answer | undefined {
    return this.earliest;
  }

  /** The first outcome that was not a 2xx. */
  get firstFailure(): Answer | undefined {
    return this.failure;
  }

  /** Deliveries by what became of them. */
  get byOutcome(): Record<string, number> {
    return Object.fromEntries([...this.counts].toSorted(([a], [b]) => a.localeCompare(b)));
  }

  /** `undefined` when nothing answered. */
  get latencies(): Latencies | undefined {
    const sorted = this.times.toSorted((a, b) => a - b);
    const [min, max] = [sorted[0], sorted.at(-1)];
    if (min === undefined || max === undefined) return undefined;
    const percentile = (share: number) => rounded(sorted[Math.ceil(share * sorted.length) - 1] ?? max);
    return { min: rounded(min), p50: percentile(0.5), p99: percentile(0.99), max: rounded(max) };
  }
}
