import type fc from 'fast-check';
import type { CorpusEntry } from './corpus.js';

/** Where the targets that speak HTTP find the application. */
export interface FuzzSurroundings {
  url: string;
}

/** Something that takes input from outside, and what must hold of it whatever the input is. */
export interface FuzzTarget<I = unknown> {
  /** Names its file in corpus/. */
  name: string;
  /** What it shows, in a sentence. */
  holds: string;
  inputs: fc.Arbitrary<I>;
  /** @throws Error when it does not hold */
  check: (input: I, surroundings: FuzzSurroundings) => Promise<void> | void;
}

/** What the runners need of a target; the input is between it and its corpus. */
export interface AnyTarget {
  name: string;
  holds: string;
  /** @throws Error when it does not hold of an entry of the corpus */
  recheck: (entry: CorpusEntry, surroundings: FuzzSurroundings) => Promise<void>;
  /** Up to this many new inputs, or until the time is over. */
  search: (
    assert: (inputs: fc.Arbitrary<unknown>, check: (input: unknown) => Promise<void>) => Promise<void>,
    surroundings: FuzzSurroundings,
  ) => Promise<void>;
}

export const target = <I>({ name, holds, inputs, check }: FuzzTarget<I>): AnyTarget => ({
  name,
  holds,
  recheck: async ({ name: entry, input }, surroundings) => {
    try {
      await check(input as I, surroundings);
    } catch (cause) {
      throw new Error(`${name}: it does not hold of “${entry}”`, { cause });
    }
  },
  search: (assert, surroundings) => assert(inputs, async (input) => check(input as I, surroundings)),
});
