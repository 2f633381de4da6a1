import type { Run, TimelineEntry } from './admin-answers.js';
import { printable, time } from './table.js';

const MOST_CHANGES = 20;

/** What happened to an object, event by event, for a human. */
export const timelineText = (entries: readonly TimelineEntry[]): string =>
  entries.map((entry) => entryLines(entry).map(printable).join('\n')).join('\n\n');

function entryLines({ event, changes, moreChanges, runs }: TimelineEntry): string[] {
  const all = changes ?? [];
  const shown = all.slice(0, MOST_CHANGES);
  return [
    `${time(event.created)}  ${event.id}  ${event.type}  ${event.objectId ?? ''}`.trimEnd(),
    ...shown.map(({ path, from, to }) => `  ${path}: ${valueText(from)} → ${valueText(to)}`),
    ...(moreChanges || shown.length < all.length ? ['  … and more changes: --json shows up to 100'] : []),
    ...runs.map((run) => `  ${runText(run)}`),
  ];
}

const runText = (run: Run): string => {
  const attempts = run.history.map(({ outcome }) => outcome).join(', ');
  return `${run.handler} #${run.generation} ${run.status}${attempts ? ` (attempts: ${attempts})` : ''}`;
};

const valueText = (value: unknown): string => {
  const text = value === undefined ? '–' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
};
