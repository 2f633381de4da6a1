import type { Attempt, EventDetail, EventItem, Run } from './admin-answers.js';
import { tally } from './quantities.js';
import { milliseconds, table, time } from './table.js';

/** Events in a table, for a human. */
export const eventTable = (events: readonly EventItem[]): string =>
  table([
    ['ID', 'TYPE', 'SOURCE', 'ACCOUNT', 'MODE', 'CREATED', 'RUNS'],
    ...events.map((event) => [
      event.id,
      event.type,
      event.source,
      event.account ?? '–',
      event.livemode ? 'live' : 'test',
      time(event.created),
      tally(event.runs),
    ]),
  ]);

/** An event, its runs and their attempts, for a human. */
export function eventText(event: EventDetail): string {
  const { runs } = event;
  const sections = [table(fields(event))];
  if (runs.length === 0) return [...sections, 'No handler takes this event.'].join('\n\n');
  sections.push(table([runHeader, ...runs.map(runRow)]));
  const attempts = runs.flatMap((run) => run.history.map((attempt) => attemptRow(run, attempt)));
  if (attempts.length > 0) sections.push(table([attemptHeader, ...attempts]));
  sections.push(table(runs.map((run) => [`${run.handler} #${run.generation}:`, run.why])));
  return sections.join('\n\n');
}

function fields(event: EventDetail): string[][] {
  const shown: [name: string, value: string | null][] = [
    ['id', event.id],
    ['type', event.type],
    ['object', event.objectId ?? event.objectType],
    ['source', event.source],
    ['account', event.account],
    ['context', event.context],
    ['mode', event.livemode ? 'live' : 'test'],
    ['created', time(event.created)],
    ['received', time(event.receivedAt)],
    ['API version', event.apiVersion],
    ['signed with', event.signedWith],
    event.erasedAt === null
      ? ['payload', '--payload prints it']
      : ['payload', `erased ${time(event.erasedAt)}: what is left of it names nobody`],
  ];
  return shown.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

const runHeader = ['RUN OF', 'GENERATION', 'STATUS', 'ATTEMPTS', 'NEXT ATTEMPT', 'LAST ERROR'];

const runRow = (run: Run): string[] => [
  run.handler,
  String(run.generation),
  run.status,
  String(run.attempts),
  time(run.nextAttemptAt),
  firstLine(run.lastError),
];

const attemptHeader = ['ATTEMPT OF', 'GENERATION', 'ATTEMPT', 'OUTCOME', 'STARTED', 'TOOK', 'ERROR'];

const attemptRow = (run: Run, attempt: Attempt): string[] => [
  run.handler,
  String(run.generation),
  String(attempt.attempt),
  attempt.outcome,
  time(attempt.startedAt),
  milliseconds(Date.parse(attempt.finishedAt) - Date.parse(attempt.startedAt)),
  firstLine(attempt.error),
];

/** Enough of an error to recognize it: `--json` has all of it. */
export const firstLine = (error: string | null): string => error?.split('\n')[0]?.slice(0, 100) ?? '–';
