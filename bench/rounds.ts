/** How long a measurement takes. */
export interface Effort {
  /** Those that count; with 0, the one that only warms up elsewhere counts. */
  rounds: number;
  /** Length of one measurement under load, in seconds. */
  seconds: number;
  /** The most requests that are made for one such measurement. */
  requests: number;
  /** For measurements that go by number of events. */
  events: number;
  /** Of workers. */
  concurrencies: number[];
  /** Events that are sent one at a time. */
  single: number;
  /** Events in a store that is full. */
  stored: number;
  /** Events over which memory is watched. */
  sustained: number;
  starts: number;
}

/** As measured for the record, and as CI tries whether it still works. */
export const efforts = {
  full: {
    ...{ rounds: 5, seconds: 5, requests: Infinity, events: 10_000, single: 300, concurrencies: [10, 50] },
    ...{ stored: 5_000_000, sustained: 300_000, starts: 5 },
  },
  smoke: {
    ...{ rounds: 0, seconds: 1, requests: 300, events: 300, single: 10, concurrencies: [10] },
    ...{ stored: 5_000, sustained: 1_000, starts: 0 },
  },
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

/** Calls each in turn, round after round: A B A B. Round 0 warms up and does not count unless it is the only one. */
export async function alternate<Name extends string, T>(
  contenders: Record<Name, (round: number) => Promise<T>>,
  rounds: number,
): Promise<Record<Name, T[]>> {
  const names = Object.keys(contenders) as Name[];
  const results = Object.fromEntries(names.map((name): [Name, T[]] => [name, []])) as Record<Name, T[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const result = await contenders[name](round);
      if (round > 0 || rounds === 0) results[name].push(result);
      progress(`${round > 0 ? `round ${round} of ${rounds}` : 'warm-up'}, ${name}: ${brief(result)}`);
    }
  }
  return results;
}

/** Tells whoever waits; what was found goes to stdout. */
export const progress = (line: string): void => console.error(`  ${line}`);

const brief = (result: unknown): string =>
  JSON.stringify(result, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value,
  );
