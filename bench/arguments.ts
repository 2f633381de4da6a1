import { parseArgs } from 'node:util';

/** Its message says what is wrong with the arguments. */
export class WrongOptions extends Error {}

/** @throws WrongOptions */
export function numberFrom1(name: string, text: unknown): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new WrongOptions(`--${name} takes a number from 1`);
  return value;
}

/**
 * The numbers that a benchmark of its own command takes. Where `--help` is asked for, it is printed and the process ends;
 * where an argument is wrong, that is said and the exit code is 2.
 *
 * @param about - what is measured, and where it is written
 * @param defaults - of each number
 * @example
 * const { rounds } = readNumbers('How fast it is.', { rounds: 5 });
 */
export function readNumbers<Name extends string>(
  about: string,
  defaults: Record<Name, number>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const lines = names.map((name) => `  --${name} <n>  Default: ${defaults[name].toLocaleString('en')}.`);
  const help = [about, '', ...lines, '  --help', '', 'Nothing else should run on the machine.'].join('\n');
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  try {
    const { help: asked, ...given } = parseArgs({
      options: { ...options, help: { type: 'boolean' } },
    }).values;
    if (!asked) {
      const read = Object.entries(given).map(([name, text]) => [name, numberFrom1(name, text)]);
      return { ...defaults, ...Object.fromEntries(read) };
    }
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${help}`);
    process.exit(2);
  }
  console.log(help);
  process.exit();
}
