import type { Command } from 'commander';
import { postgresProblem } from '../postgres-problem.js';
import { wholeNumber } from '../option-values.js';
import { print, printJson } from '../output.js';
import { databaseUrl } from '../surroundings.js';
import { waitForPostgres } from '../wait-for-postgres.js';

interface MigrateOptions {
  wait: number;
  json?: boolean;
}

const help = `
Any number of processes may migrate at once: one works, the others wait for it.

Examples:
  $ DATABASE_URL=postgresql://turnpike:secret@db.internal/turnpike npx turnpike migrate
  $ npx turnpike migrate --wait 120

Exit codes:
  0  the schema is current
  1  it is not: the database could not be reached, or a migration failed
  2  wrong options, or no database is known`;

/** Adds `turnpike migrate`: brings the schema up to date. */
export function addMigrateCommand(program: Command): void {
  program
    .command('migrate')
    .description('bring the database schema up to date')
    .option('--wait <seconds>', 'how long the database may take to come up', wholeNumber, 30)
    .option('--json', 'print the names of the migrations that ran as JSON')
    .addHelpText('after', help)
    .action(async ({ wait, json }: MigrateOptions) => {
      const ran = await bringUpToDate(databaseUrl(), wait);
      if (json) printJson({ ran });
      else if (ran.length === 0) print('the schema is current');
      else print(ran.map((name) => `ran ${name}`).join('\n'));
    });
}

async function bringUpToDate(url: string, wait: number): Promise<string[]> {
  try {
    await waitForPostgres(url, wait * 1_000);
    const { migrate } = await import('../../database/migrate.js');
    return await migrate(url);
  } catch (error) {
    throw postgresProblem(error, url);
  }
}
