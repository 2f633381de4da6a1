import { afterAll, beforeAll } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { ADMIN_KEY, adminTest } from '../harness/admin-test.js';
import { CommandLine, type Outcome } from './command-line.js';

/** The command line beside a server of its own, whose address and key it finds in its environment. */
export function adminCli(features: Type[] = [], env: Record<string, string> = {}) {
  const test = adminTest(features, env);
  let cli: CommandLine;

  beforeAll(async () => {
    await CommandLine.build();
    cli = new CommandLine({ TURNPIKE_URL: test.app.url, TURNPIKE_ADMIN_KEY: ADMIN_KEY });
  }, 180_000);
  afterAll(() => cli.remove());

  return {
    test,
    get cli() {
      return cli;
    },
    run: (...args: string[]): Promise<Outcome> => cli.run(args),
    /** What a command prints with `--json`. */
    async json<T = Record<string, unknown>>(...args: string[]): Promise<T> {
      const { out, err, code } = await cli.run([...args, '--json']);
      if (code !== 0) throw new Error(`turnpike ${args.join(' ')} ended with ${code}: ${err}`);
      return JSON.parse(out) as T;
    },
  };
}

/** The cells of a table, line by line. */
export const cells = (text: string): string[][] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
