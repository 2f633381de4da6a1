import { parseArgs } from 'node:util';

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
  const refuse = (problem: string): never => {
    console.error(`${problem}\n\n${help}`);
    process.exit(2);
  };
  const number = (name: Name, text: unknown): number => {
    const value = Number(text);
    return Number.isSafeInteger(value) && value > 0 ? value : refuse(`--${name} takes a number from 1`);
  };
  try {
    const { values } = parseArgs({
      options: {
        help: { type: 'boolean' },
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' as const }])),
      },
    });
    if (!values.help) {
      const given: Record<string, unknown> = values;
      const read = names.map((name) => [name, number(name, given[name] ?? defaults[name])]);
      return Object.fromEntries(read) as Record<Name, number>;
    }
  } catch (error) {
    refuse((error as Error).message);
  }
  console.log(help);
  process.exit();
}
