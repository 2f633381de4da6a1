import { type Command, Option } from 'commander';
import type { FailureGroup } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { firstLine } from '../event-text.js';
import { wholeNumber } from '../option-values.js';
import { printList } from '../output.js';
import { table, time } from '../table.js';

interface ListOptions extends ServerOptions {
  handler?: string;
  state?: string;
  limit: number;
}

const help = {
  notes: 'A resolved group is open again as soon as one of its runs fails anew.',
  examples: [
    'failures list',
    'failures list --handler orders.fulfil --state all',
    "failures list --json | jq -r '.[] | [.handler, .fingerprint, .dead] | @tsv'",
  ],
  done: 'the list was printed, even if nothing fails',
};

/** Adds `turnpike failures list`: dead and retrying runs, grouped by what went wrong. */
export function addFailuresListCommand(failures: Command): void {
  const command = failures
    .command('list')
    .description('list what goes wrong: dead and retrying runs by handler and error')
    .option('--handler <id>', 'only failures of this handler')
    .addOption(
      new Option('--state <state>', 'only failures in this state (default: open)').choices([
        'open',
        'acknowledged',
        'resolved',
        'all',
      ]),
    )
    .option('--limit <n>', 'at most this many', wholeNumber, 20);
  addServerOptions(command, help).action(async (options: ListOptions) => {
    const { handler, state, limit } = options;
    const found = await adminApi(options).list<FailureGroup>('failures', { handler, state }, limit);
    printList(found, options, text, 'nothing fails');
  });
}

const text = (groups: readonly FailureGroup[]): string =>
  table([
    ['HANDLER', 'FINGERPRINT', 'DEAD', 'RETRYING', 'FIRST SEEN', 'LAST SEEN', 'STATE', 'EXAMPLE', 'ERROR'],
    ...groups.map((group) => [
      group.handler,
      group.fingerprint,
      String(group.dead),
      String(group.retrying),
      time(group.firstSeen),
      time(group.lastSeen),
      group.note === null ? group.state : `${group.state}: ${group.note}`,
      group.sample.eventId,
      firstLine(group.error),
    ]),
  ]);
