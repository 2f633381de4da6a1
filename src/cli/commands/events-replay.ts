import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import type { EventReplay } from '../admin-answers.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { repeated } from '../option-values.js';
import { note, print, printJson } from '../output.js';
import { addRequestOptions, addRunOptions, type RequestOptions, type RunOptions } from '../replay-options.js';
import { table } from '../table.js';

interface ReplayOptions extends ServerOptions, RunOptions, RequestOptions {
  handler?: string[];
}

const help = {
  notes: 'Dead and skipped runs are done again, each as a new generation; retrying ones are due at once.',
  examples: [
    'events replay evt_1Q2w3E4r5T6y7U8i9O0pAsDf',
    'events replay evt_1Q2w3E4r5T6y7U8i9O0pAsDf --handler orders.fulfil --reason "stock is back"',
    'events replay evt_1Q2w3E4r5T6y7U8i9O0pAsDf --include-succeeded',
  ],
  done: 'the runs are on their way, as far as there was anything to do',
};

/** Adds `turnpike events replay`: one event again. */
export function addEventsReplayCommand(events: Command): void {
  const command = events
    .command('replay')
    .description('run the handlers of one event again')
    .argument('<id>', 'event id, e.g. evt_1Q2w3E4r5T6y7U8i9O0pAsDf')
    .option('--handler <id>', 'only this handler; may be repeated', repeated);
  addServerOptions(addRequestOptions(addRunOptions(command)), help).action(replay);
}

async function replay(id: string, options: ReplayOptions): Promise<void> {
  const { handler, includeSucceeded, backfill, reason, idempotencyKey = randomUUID() } = options;
  const body = { handlers: handler, includeSucceeded, backfill, reason };
  const path = `events/${encodeURIComponent(id)}/replay`;
  const answer = await adminApi(options).postOnce<EventReplay>(path, body, idempotencyKey);
  if (options.json) return printJson(answer);
  if (answer.runs.length === 0) return note('no handler has a run of this event');
  print(table([['HANDLER', 'OUTCOME', 'GENERATION'], ...answer.runs.map(row)]));
  const moving = answer.runs.some(({ outcome }) => ['replayed', 'due_now', 'open'].includes(outcome));
  if (moving) note(`See what became of it: npx turnpike events show ${id} --wait`);
}

const row = ({ handler, outcome, generation }: EventReplay['runs'][number]): string[] => [
  handler,
  meanings[outcome] ?? outcome,
  String(generation ?? '–'),
];

const meanings: Record<string, string> = {
  replayed: 'runs again',
  due_now: 'due at once',
  open: 'left alone: it is on its way',
  succeeded: 'left alone: it succeeded (--include-succeeded)',
  missing: 'left alone: it never ran (--backfill)',
  not_matching: 'left alone: the handler does not take this event',
};
