import type { RunStatus } from '../event-store/run-status.js';

/** What a replay does about one handler of one event. */
export const runOutcomes = ['replayed', 'due_now', 'open', 'succeeded', 'missing', 'not_matching'] as const;
export type RunOutcome = (typeof runOutcomes)[number];

/** The latest run of a handler for an event. */
export interface LatestRun {
  id: string;
  eventId: string;
  handlerId: string;
  generation: number;
  status: RunStatus;
  fingerprint: string | null;
  /** Whether it was created after the replay was asked for: by another request for the same. */
  createdSince: boolean;
  /** Whether it has ended since the replay was asked for. */
  endedSince: boolean;
}

/** Which runs a replay makes again. */
export interface ReplayChoice {
  /** Only these handlers. */
  handlers?: readonly string[] | undefined;
  /** Also those that succeeded. */
  includeSucceeded?: boolean | undefined;
  /** Also make the first run where a handler has none. */
  backfill?: boolean | undefined;
}

/**
 * The rules of every replay. A run is judged as it stood when the replay was asked for: so of requests at the same time
 * only one makes a new run, however soon that run ends.
 *
 * @param taken - whether the handler would take the event if it came now
 */
export function decide(
  run: LatestRun | undefined,
  taken: boolean,
  { includeSucceeded = false, backfill = false }: ReplayChoice,
): RunOutcome {
  const again = taken ? 'replayed' : 'not_matching';
  if (!run) return backfill || !taken ? again : 'missing';
  if (run.createdSince) return 'replayed';
  if (run.endedSince) return 'open';
  switch (run.status) {
    case 'pending':
    case 'running':
      return 'open';
    case 'retrying':
      return 'due_now';
    case 'succeeded':
      return includeSucceeded ? again : 'succeeded';
    case 'dead':
    case 'skipped':
      return again;
  }
}
