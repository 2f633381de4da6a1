import type { Command } from 'commander';
import type { TimelineEntry } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { wholeNumber } from '../option-values.js';
import { printList } from '../output.js';
import { timelineText } from '../timeline-text.js';

interface TimelineOptions extends ServerOptions {
  limit: number;
}

const help = {
  examples: [
    'events timeline pi_3Q2w3E4r5T6y7U8i9O0pAsDf',
    'events timeline cus_Q2w3E4r5T6y7U8 --limit 500',
    "events timeline acct_1Q2w3E4r5T6y7U8i --json | jq '.[].changes'",
  ],
  done: 'the timeline was printed, even if there is nothing in it',
};

/** Adds `turnpike events timeline`: what happened to an object. */
export function addEventsTimelineCommand(events: Command): void {
  const command = events
    .command('timeline')
    .description('show every event about an object, oldest first: what changed, and what the handlers did')
    .argument('<object>', 'id of an object, e.g. pi_…, cus_… or acct_…')
    .option('--limit <n>', 'at most this many events', wholeNumber, 100);
  addServerOptions(command, help).action(async (object: string, options: TimelineOptions) => {
    const path = `objects/${encodeURIComponent(object)}/timeline`;
    const found = await adminApi(options).list<TimelineEntry>(path, {}, options.limit);
    printList(found, options, timelineText, 'no event is about this object');
  });
}
