import { parseArgs } from 'node:util';

/** What the command was asked to do. */
export interface Options {
  rounds: number;
  /** Seed of the first round; the others count up from it. */
  seed: number;
  /** Begin no round that would end after this time, if it took as long as the longest one so far. */
  minutes: number;
  /** Stacks that play rounds at the same time. */
  lanes: number;
  json: boolean;
}

const DEFAULT_ROUNDS = 20;
const DEFAULT_LANES = 3;
const MOST_SEEDS = 2 ** 31;

export const help = `npm run test:faults -- [options]

Plays random histories against two receiving and two working processes while parts of the system are killed, frozen,
cut off, filled up and misled, and checks afterwards that every promise was kept.

  --rounds N    rounds to play (default: ${DEFAULT_ROUNDS}, or as many as fit into --minutes)
  --seed S      seed of the first round, from 0; round n has seed S + n (default: random)
  --minutes M   as many rounds as fit; what has begun is played to its end
  --lanes L     stacks that play rounds at the same time (default: ${DEFAULT_LANES})
  --json        one line of JSON for each round and one for the whole, on standard output
  --help

Examples:
  npm run test:faults -- --minutes 3              what CI does
  npm run test:faults -- --rounds 200 --seed 1    200 rounds
  npm run test:faults -- --seed 4711 --rounds 1   the round of seed 4711 again

Exit code: 0 when every promise was kept, 1 when one was not (what was kept for inspection is named), 2 for wrong options.`;

/** Thrown for options that make no sense; the message says which. */
export class WrongOptions extends Error {
  override readonly name = 'WrongOptions';
}

/**
 * @param args - without the names of program and script
 * @returns nothing when help was asked for
 * @throws WrongOptions
 */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parsed(args);
  if (values.help) return undefined;
  const minutes = numberOf('minutes', values.minutes, 0) ?? Infinity;
  const seed = numberOf('seed', values.seed, 0) ?? Math.floor(Math.random() * MOST_SEEDS);
  if (!Number.isInteger(seed) || seed >= 2 * MOST_SEEDS) throw new WrongOptions('--seed is not below 2^32');
  const rounds = numberOf('rounds', values.rounds, 1) ?? (values.minutes ? Infinity : DEFAULT_ROUNDS);
  const lanes = Math.min(numberOf('lanes', values.lanes, 1) ?? DEFAULT_LANES, rounds);
  return { rounds, seed, minutes, lanes, json: values.json };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        rounds: { type: 'string' },
        seed: { type: 'string' },
        minutes: { type: 'string' },
        lanes: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new WrongOptions(error instanceof Error ? error.message : String(error));
  }
}

function numberOf(name: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  const isWhole = name === 'minutes' || Number.isInteger(number);
  if (text.trim() === '' || !Number.isFinite(number) || number < least || !isWhole) {
    throw new WrongOptions(`--${name} ${text} is not a number from ${least}`);
  }
  return number;
}
