/** How many deliveries are on their way at once. */
const AT_ONCE = 12;

/** Does so many things at once that they overtake each other. */
export async function inParallel<T>(list: Iterable<T>, work: (one: T) => Promise<void>): Promise<void> {
  const left = list[Symbol.iterator]();
  const worker = async () => {
    for (let { value, done } = left.next(); !done; { value, done } = left.next()) await work(value as T);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** @param ranks - random numbers, one for each */
export const shuffled = <T>(list: readonly T[], ranks: Iterator<number>): T[] =>
  list
    .map((value) => ({ value, rank: ranks.next().value as number }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ value }) => value);

/** The first of each, then the second of each, and so on. */
export function interleaved<T>(lists: readonly T[][]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, i) => lists.flatMap((list) => list.slice(i, i + 1))).flat();
}
