import type { Command } from 'commander';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { preview, startReplay } from '../bulk-replay.js';
import { addFilterOptions, filterOf, type FilterOptions } from '../event-filter.js';
import { eventTable } from '../event-text.js';
import { repeated } from '../option-values.js';
import { print, printJson } from '../output.js';
import { counted } from '../quantities.js';
import { addBulkOptions, addRunOptions, type BulkOptions, type RunOptions } from '../replay-options.js';

interface CreateOptions extends ServerOptions, FilterOptions, RunOptions, BulkOptions {
  run?: string[];
  dryRun?: boolean;
}

const help = {
  notes: `It does again what is dead or was skipped, each run as a new generation, and makes retrying runs due at once. With
--status, --handler or --fingerprint only the runs that match are done again. It asks before it starts; without a
terminal it starts only with --yes. An answer that is lost on the way is asked for again: that starts nothing twice.`,
  examples: [
    'replays create --status dead --handler orders.fulfil --dry-run',
    'replays create --status dead --handler orders.fulfil --reason "stock is back" --watch',
    'replays create --type "invoice.*" --created-from 7d --include-succeeded --rate 200 --yes',
    'replays create --type payment_intent.succeeded --backfill --run mails.receipt --yes --json',
  ],
  done: 'the replay was started; with --watch: it completed and none of its runs is dead',
  failed: 'it was not; with --watch: it was cancelled, or some of its runs are dead',
  interrupted: 'Ctrl-C ended the watching; the replay goes on',
};

/** Adds `turnpike replays create`: many events again, at a metered pace. */
export function addReplaysCreateCommand(replays: Command): void {
  const command = addFilterOptions(
    replays.command('create').description('replay the events that match, at a metered pace'),
  ).option('--run <handler>', 'run only this handler again; may be repeated', repeated);
  addBulkOptions(addRunOptions(command)).option(
    '--dry-run',
    'print how many events match, and a few of them',
  );
  addServerOptions(command, help).action(async (options: CreateOptions) => {
    if (options.dryRun) await show(options);
    else process.exitCode = await create(options);
  });
}

const requestOf = ({ run, includeSucceeded, backfill, ...filter }: CreateOptions) => ({
  filter: filterOf(filter),
  ...(run && { handlers: run }),
  ...(includeSucceeded && { includeSucceeded }),
  ...(backfill && { backfill }),
});

async function show(options: CreateOptions): Promise<void> {
  const found = await preview(adminApi(options), requestOf(options));
  if (options.json) return printJson(found);
  print(`${counted(found.events, 'event')} would be replayed`);
  if (found.events > 0) print(`\n${eventTable(found.sample)}`);
}

async function create(options: CreateOptions): Promise<number> {
  const request = requestOf(options);
  return startReplay(adminApi(options), { path: 'replays', body: request, request }, options);
}
