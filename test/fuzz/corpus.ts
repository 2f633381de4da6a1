import { readFileSync } from 'node:fs';

/** An input that taught us something: a counterexample that was found once, or an example of a known difference. */
export interface CorpusEntry {
  /** What it is, in a few words. */
  name: string;
  /** As the target takes it; bodies are in Latin-1, so that any bytes can be written down. */
  input: unknown;
}

/** The entries of a target, oldest first. */
export const corpusOf = (target: string): CorpusEntry[] =>
  JSON.parse(readFileSync(`test/fuzz/corpus/${target}.json`, 'utf8')) as CorpusEntry[];
