import type { Replay, ReplaySummary } from './admin-answers.js';
import { counted, duration, tally } from './quantities.js';
import { table, time } from './table.js';

/** Replays in a table, for a human. */
export const replayTable = (replays: readonly ReplaySummary[]): string =>
  table([
    ['ID', 'STATUS', 'EVENTS', 'RUNS', 'BY', 'CREATED', 'FILTER', 'REASON'],
    ...replays.map((replay) => [
      replay.id,
      replay.status,
      eventsText(replay),
      workText(replay),
      replay.requestedBy,
      time(replay.createdAt),
      filterText(replay),
      replay.reason ?? '–',
    ]),
  ]);

/** One replay, for a human. */
export function replayText(replay: Replay): string {
  const { handlers, includeSucceeded, backfill, finishedAt, reason, etaSeconds } = replay;
  const shown: [name: string, value: string | false | null][] = [
    ['replay', replay.id],
    ['status', replay.status],
    ['filter', filterText(replay)],
    ['handlers', handlers && handlers.join(', ')],
    ['also', includeSucceeded && 'what succeeded'],
    ['also', backfill && 'handlers that never ran'],
    ['rate', `${replay.ratePerSecond} runs per second at most`],
    ['reason', reason],
    ['by', replay.requestedBy],
    ['created', time(replay.createdAt)],
    ['finished', finishedAt && time(finishedAt)],
    ['events', eventsText(replay)],
    ['time left', etaSeconds !== null && finishedAt === null && duration(etaSeconds)],
    ['runs', workText(replay)],
    ['now', runsText(replay)],
  ];
  return table(shown.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** Where its runs stand: `97 succeeded, 3 dead`. */
export function runsText({ runs }: Replay): string {
  const { succeeded, skipped, dead, retrying, running, pending } = runs;
  return tally({ succeeded, skipped, dead, retrying, running, pending });
}

/** What it did about runs: `97 created, 3 left alone`. */
const workText = ({ runs: { created, hastened, leftAlone } }: ReplaySummary): string =>
  tally({ created, hastened, 'left alone': leftAlone });

/** How it ended, in a line. */
export const outcomeText = (replay: Replay): string =>
  `replay ${replay.id} ${replay.status}: ${counted(replay.events.done, 'event')}, runs: ${runsText(replay)}`;

const eventsText = ({ events: { done, matched } }: ReplaySummary): string =>
  `${done.toLocaleString('en-US')} of ${matched.toLocaleString('en-US')}`;

const filterText = ({ filter }: ReplaySummary): string =>
  Object.entries(filter)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ') || 'every event';
