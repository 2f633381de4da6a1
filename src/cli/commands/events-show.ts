import { setTimeout as delay } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { type EventDetail, isFinal } from '../admin-answers.js';
import type { AdminClient } from '../admin-client.js';
import { adminApi, addServerOptions, type ServerOptions } from '../admin-command.js';
import { exitCodes } from '../cli-error.js';
import { eventText } from '../event-text.js';
import { positiveNumber } from '../option-values.js';
import { note, print, printJson } from '../output.js';

/** Pauses between two looks grow up to this. */
const LONGEST_PAUSE_MS = 1_000;

interface ShowOptions extends ServerOptions {
  payload?: boolean;
  wait?: number;
}

const help = {
  notes: 'A run is final when it succeeded, is dead or was skipped.',
  examples: [
    'events show evt_1Q2w3E4r5T6y7U8i9O0pAsDf',
    'events show evt_1Q2w3E4r5T6y7U8i9O0pAsDf --wait 30',
    'events show evt_1Q2w3E4r5T6y7U8i9O0pAsDf --payload | jq .data.object',
  ],
  done: 'the event was shown; with --wait: and all its runs are final',
  failed: 'there is no such event, a run was still open when --wait ended, or the server did not answer',
};

/** Adds `turnpike events show`: everything stored about one event. */
export function addEventsShowCommand(events: Command): void {
  const command = events
    .command('show')
    .description('show one event with its runs and attempts')
    .argument('<id>', 'event id, e.g. evt_1Q2w3E4r5T6y7U8i9O0pAsDf')
    .option('--payload', 'print the exact bytes Stripe sent and nothing else')
    .addOption(
      new Option('--wait [seconds]', 'wait until all runs are final (default: 10 seconds)')
        .preset('10')
        .argParser(positiveNumber),
    );
  addServerOptions(command, help).action(async (id: string, options: ShowOptions) => {
    process.exitCode = await show(adminApi(options), `events/${encodeURIComponent(id)}`, options);
  });
}

async function show(
  api: AdminClient,
  path: string,
  { wait = 0, payload, json }: ShowOptions,
): Promise<number> {
  const event = await read(api, path, wait);
  if (payload) process.stdout.write(await api.bytes(`${path}/payload`));
  else if (json) printJson({ ...event, payload: (await api.bytes(`${path}/payload`)).toString() });
  else print(eventText(event));
  const open = event.runs.filter((run) => !isFinal(run.status));
  if (wait === 0 || open.length === 0) return exitCodes.done;
  const names = open.map((run) => `${run.handler} (${run.status})`).join(', ');
  note(`still open after ${wait} s: ${names}`);
  return exitCodes.failed;
}

async function read(api: AdminClient, path: string, wait: number): Promise<EventDetail> {
  const deadline = Date.now() + wait * 1_000;
  for (let pause = 100; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const event = await api.get<EventDetail>(path);
    const left = deadline - Date.now();
    if (left <= 0 || event.runs.every((run) => isFinal(run.status))) return event;
    await delay(Math.min(pause, left));
  }
}
