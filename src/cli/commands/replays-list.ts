import { type Command, Option } from 'commander';
import { replayStatuses, type ReplayStatus, type ReplaySummary } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { wholeNumber } from '../option-values.js';
import { printList } from '../output.js';
import { replayTable } from '../replay-text.js';

interface ListOptions extends ServerOptions {
  status?: ReplayStatus;
  limit: number;
}

const help = {
  examples: ['replays list', 'replays list --status running', "replays list --json | jq -r '.[].id'"],
  done: 'the list was printed, even if no replay matches',
};

/** Adds `turnpike replays list`. */
export function addReplaysListCommand(replays: Command): void {
  const command = replays
    .command('list')
    .description('list replays, newest first')
    .addOption(new Option('--status <status>', 'only replays in this status').choices(replayStatuses))
    .option('--limit <n>', 'at most this many', wholeNumber, 20);
  addServerOptions(command, help).action(async (options: ListOptions) => {
    const { status, limit } = options;
    const found = await adminApi(options).list<ReplaySummary>('replays', { status }, limit);
    printList(found, options, replayTable, 'no replay matches');
  });
}
