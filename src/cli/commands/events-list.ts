import { type Command, Option } from 'commander';
import {
  type EventSummary,
  listEvents,
  type RunStatus,
  runStatuses,
} from '../../event-store/event-queries.js';
import { withDatabase } from '../database-access.js';
import { wholeNumber } from '../option-values.js';
import { note, print, printJson } from '../output.js';
import { table, time } from '../table.js';

interface ListOptions {
  type?: string;
  account?: string;
  status?: RunStatus;
  limit: number;
  json?: boolean;
}

const help = `
Examples:
  $ npx turnpike events list
  $ npx turnpike events list --status dead --limit 100
  $ npx turnpike events list --type payout.failed --account acct_1Q2w3E4r5T6y7U8i
  $ npx turnpike events list --json | jq -r '.[].id'

Exit codes:
  0  the store was read, even if no event matches
  1  the database could not be read
  2  wrong options, or no database is known`;

/** Adds `turnpike events list`: the newest stored events. */
export function addEventsListCommand(events: Command): void {
  events
    .command('list')
    .description('list stored events, newest first')
    .option('--type <type>', 'only events of this type')
    .option('--account <acct>', 'only events of this connected account')
    .addOption(new Option('--status <status>', 'only events with a run in this status').choices(runStatuses))
    .option('--limit <n>', 'at most this many', wholeNumber, 20)
    .option('--json', 'print a JSON array')
    .addHelpText('after', help)
    .action(async ({ json, ...filter }: ListOptions) => {
      const found = await withDatabase((db) => listEvents(db, filter));
      if (json) printJson(found);
      else if (found.length > 0) print(table([header, ...found.map(row)]));
      else note('no event matches');
    });
}

const header = ['ID', 'TYPE', 'SOURCE', 'ACCOUNT', 'MODE', 'CREATED', 'RUNS'];

const row = (event: EventSummary): string[] => [
  event.id,
  event.type,
  event.source,
  event.account ?? '–',
  event.livemode ? 'live' : 'test',
  time(event.created),
  Object.entries(event.runs)
    .map(([status, count]) => `${count} ${status}`)
    .join(', ') || '–',
];
