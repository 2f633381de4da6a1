import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import {
  type EventReader,
  findEvent,
  findRuns,
  isFinal,
  type StoredEvent,
  type StoredRun,
} from '../../event-store/event-queries.js';
import { CliError, exitCodes } from '../cli-error.js';
import { withDatabase } from '../database-access.js';
import { eventText } from '../event-text.js';
import { positiveNumber } from '../option-values.js';
import { note, print, printJson } from '../output.js';

const POLL_MS = 100;

interface ShowOptions {
  payload?: boolean;
  wait?: number;
  json?: boolean;
}

const help = `
Examples:
  $ npx turnpike events show evt_1Q2w3E4r5T6y7U8i9O0pAsDf
  $ npx turnpike events show evt_1Q2w3E4r5T6y7U8i9O0pAsDf --wait 30
  $ npx turnpike events show evt_1Q2w3E4r5T6y7U8i9O0pAsDf --payload | jq .data.object

A run is final when it succeeded, is dead or was skipped.

Exit codes:
  0  the event was shown; with --wait: and all its runs are final
  1  there is no such event, a run was still open when --wait ended, or the database could not be read
  2  wrong options, or no database is known`;

/** Adds `turnpike events show`: everything stored about one event. */
export function addEventsShowCommand(events: Command): void {
  events
    .command('show')
    .description('show one event with its runs and attempts')
    .argument('<id>', 'event id, e.g. evt_1Q2w3E4r5T6y7U8i9O0pAsDf')
    .option('--payload', 'print the exact bytes Stripe sent and nothing else')
    .addOption(
      new Option('--wait [seconds]', 'wait until all runs are final (default: 10 seconds)')
        .preset('10')
        .argParser(positiveNumber),
    )
    .option('--json', 'print a JSON object, payload included')
    .addHelpText('after', help)
    .action(async (id: string, options: ShowOptions) => {
      process.exitCode = await show(id, options);
    });
}

async function show(id: string, { wait = 0, payload, json }: ShowOptions): Promise<number> {
  const { event, runs } = await withDatabase((db) => read(db, id, wait));
  if (payload) process.stdout.write(event.payload);
  else if (json) printJson({ ...event, runs });
  else print(eventText(event, runs));
  const open = runs.filter((run) => !isFinal(run.status));
  if (wait === 0 || open.length === 0) return exitCodes.done;
  const names = open.map((run) => `${run.handler_id} (${run.status})`).join(', ');
  note(`still open after ${wait} s: ${names}`);
  return exitCodes.failed;
}

async function read(
  db: EventReader,
  id: string,
  wait: number,
): Promise<{ event: StoredEvent; runs: StoredRun[] }> {
  const event = await findEvent(db, id);
  if (!event) throw new CliError(`there is no event ${id} in the store`);
  const deadline = Date.now() + wait * 1_000;
  let runs = await findRuns(db, event);
  while (runs.some((run) => !isFinal(run.status)) && Date.now() < deadline) {
    await delay(POLL_MS);
    runs = await findRuns(db, event);
  }
  return { event, runs };
}
