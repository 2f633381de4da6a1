/** What a part of the suite found: a table and what must be known to read it. */
export interface Section {
  title: string;
  /** First the heading; all cells as they shall be printed. */
  table: string[][];
  notes: string[];
}

/** How long a measurement takes. */
export interface Effort {
  rounds: number;
  /** Length of one measurement under load, in seconds. */
  seconds: number;
  /** For measurements that go by number of events. */
  events: number;
}

/** As measured for the record, and as CI tries whether it still works. */
export const efforts = {
  full: { rounds: 7, seconds: 6, events: 20_000 },
  smoke: { rounds: 1, seconds: 1, events: 300 },
} satisfies Record<string, Effort>;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
};

/** The ratio of each round, so that whatever else the machine did then disturbed both; then their median. */
export const medianRatio = (values: readonly number[], baseline: readonly number[]): number =>
  median(values.map((value, round) => value / (baseline[round] ?? Number.NaN)));

/** Calls each in turn, round after round: A B A B. The first round warms up and does not count. */
export async function alternate<T>(
  contenders: Record<string, (round: number) => Promise<T>>,
  rounds: number,
): Promise<Record<string, T[]>> {
  const results: Record<string, T[]> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(contenders)) {
      const result = await measure(round);
      if (round > 0) (results[name] ??= []).push(result);
      console.error(`  round ${round} ${name}: ${JSON.stringify(result)}`);
    }
  }
  return results;
}
