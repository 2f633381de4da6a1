import type { StoredAttempt, StoredEvent, StoredRun } from '../event-store/event-queries.js';
import { milliseconds, table, time } from './table.js';

/** A stored event, its runs and their attempts, for a human. */
export function eventText(event: StoredEvent, runs: readonly StoredRun[]): string {
  const sections = [table(fields(event))];
  if (runs.length === 0) return [...sections, 'No handler takes this event.'].join('\n\n');
  sections.push(table([runHeader, ...runs.map(runRow)]));
  const attempts = runs.flatMap((run) => run.history.map((attempt) => attemptRow(run, attempt)));
  if (attempts.length > 0) sections.push(table([attemptHeader, ...attempts]));
  return sections.join('\n\n');
}

function fields(event: StoredEvent): string[][] {
  const shown: [name: string, value: string | null][] = [
    ['id', event.id],
    ['type', event.type],
    ['object', event.object_id ?? event.object_type],
    ['source', event.source],
    ['account', event.account],
    ['context', event.context],
    ['mode', event.livemode ? 'live' : 'test'],
    ['created', time(event.created)],
    ['received', time(event.received_at)],
    ['API version', event.api_version],
    ['signed with', event.signed_with],
    ['payload', `${Buffer.byteLength(event.payload)} bytes (--payload prints them)`],
  ];
  return shown.flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
}

const runHeader = ['RUN OF', 'GENERATION', 'STATUS', 'ATTEMPTS', 'NEXT ATTEMPT', 'LAST ERROR'];

const runRow = (run: StoredRun): string[] => [
  run.handler_id,
  String(run.generation),
  run.status,
  String(run.attempts),
  time(run.next_attempt_at),
  firstLine(run.last_error),
];

const attemptHeader = ['ATTEMPT OF', 'GENERATION', 'ATTEMPT', 'OUTCOME', 'STARTED', 'TOOK', 'ERROR'];

const attemptRow = (run: StoredRun, attempt: StoredAttempt): string[] => [
  run.handler_id,
  String(run.generation),
  String(attempt.attempt),
  attempt.outcome,
  time(attempt.started_at),
  milliseconds(attempt.finished_at.getTime() - attempt.started_at.getTime()),
  firstLine(attempt.error),
];

/** Enough of an error to recognize it: `--json` has all of it. */
const firstLine = (error: string | null): string => error?.split('\n')[0]?.slice(0, 100) ?? '–';
