import { parseArgs } from 'node:util';
import { numberFrom1, WrongOptions } from './arguments.js';
import { type Effort, efforts } from './rounds.js';
import { parts } from './suite.js';

export const help = `npm run bench [-- <part> ...] [-- <option> ...]

Measures Turnpike beside what people would write instead. Without a part: the whole suite, some 35 minutes, into
docs/benchmarks.md. Tables go to stdout, progress to stderr. Nothing else should run on the machine.

Parts
${[...parts].map(([name, { about }]) => `  ${name.padEnd(17)}${about}`).join('\n')}

Options
  --smoke           Tries every part within seconds; its figures say nothing. Fails on errors or a lost event.
  --write           Puts the given parts into docs/benchmarks.md, beside those measured before on this machine.
  --json            Prints what was found as JSON.
  --rounds <n>      Rounds of each measurement. Default: ${efforts.full.rounds}.
  --events <n>      Events over which memory is watched. Default: ${efforts.full.sustained.toLocaleString('en')}.
  --stored <n>      Events in the full store. Default: ${efforts.full.stored.toLocaleString('en')}.
  --help            This text.

Exit codes: 0 measured; 1 an error, or an event was lost; 2 wrong options.

Examples
  npm run bench
  npm run bench -- ingest processing
  npm run bench -- memory --events 1000000 --write
  npm run --silent bench -- ingest --json > ingest.json`;

/** What was asked for. */
export interface Options {
  names: string[];
  effort: Effort;
  json: boolean;
  /** Whether the figures say nothing. */
  smoke: boolean;
  /** Whether the page is to be written. */
  write: boolean;
}

/** @returns undefined when only help was asked for */
export function readOptions(args: string[]): Options | undefined {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const unknown = positionals.filter((name) => !parts.has(name));
  if (unknown.length > 0) throw new WrongOptions(`There is no part ${unknown.join(', ')}`);
  const whole = positionals.length === 0;
  if (values.smoke && values.write) throw new WrongOptions('--smoke measures nothing that could be written');
  const effort = { ...(values.smoke ? efforts.smoke : efforts.full) };
  if (values.rounds !== undefined) effort.rounds = numberFrom1('rounds', values.rounds);
  if (values.events !== undefined) effort.sustained = numberFrom1('events', values.events);
  if (values.stored !== undefined) effort.stored = numberFrom1('stored', values.stored);
  return {
    names: whole ? [...parts.keys()] : positionals,
    effort,
    json: values.json,
    smoke: values.smoke,
    write: values.write || (whole && !values.smoke),
  };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        smoke: { type: 'boolean', default: false },
        write: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        events: { type: 'string' },
        stored: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new WrongOptions((error as Error).message);
  }
}
