import { type Command, Option } from 'commander';
import type { EventItem } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { addFilterOptions, filterOf, type FilterOptions } from '../event-filter.js';
import { eventTable } from '../event-text.js';
import { wholeNumber } from '../option-values.js';
import { note, print, printJson, printList } from '../output.js';

interface ListOptions extends ServerOptions, FilterOptions {
  limit: number;
  count?: 'exact' | 'estimate';
}

const help = {
  examples: [
    'events list',
    'events list --status dead --limit 100',
    'events list --type "payment_intent.*" --created-from 24h',
    'events list --type payout.failed --account acct_1Q2w3E4r5T6y7U8i --count',
    "events list --json | jq -r '.[].id'",
  ],
  done: 'the list was printed, even if no event matches',
};

/** Adds `turnpike events list`: the newest stored events. */
export function addEventsListCommand(events: Command): void {
  const command = addFilterOptions(events.command('list').description('list stored events, newest first'))
    .option('--limit <n>', 'at most this many', wholeNumber, 20)
    .addOption(
      new Option('--count [kind]', 'print only how many match: exact, or a quick estimate')
        .choices(['exact', 'estimate'])
        .preset('exact'),
    );
  addServerOptions(command, help).action(async (options: ListOptions) => {
    await (options.count === undefined ? list(options) : count(options, options.count));
  });
}

async function list(options: ListOptions): Promise<void> {
  const found = await adminApi(options).list<EventItem>('events', { ...filterOf(options) }, options.limit);
  printList(found, options, eventTable, 'no event matches');
}

async function count(options: ListOptions, kind: 'exact' | 'estimate'): Promise<void> {
  const query = { ...filterOf(options), limit: 1, count: kind };
  const { count: counted } = await adminApi(options).get<{ count: { value: number; kind: string } }>(
    'events',
    query,
  );
  if (options.json) return printJson(counted);
  print(String(counted.value));
  if (counted.kind === 'estimate') note('an estimate: --count exact counts');
}
