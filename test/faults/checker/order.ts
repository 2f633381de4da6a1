import type { History } from '../load/history.js';
import { type Check, grouped } from './finding.js';
import { firstAcknowledgement } from './stored-events.js';
import type { Snapshot, StoredRun } from './snapshot.js';

/**
 * A claim sees what was committed when its statement began, and says a moment later that it began. On a busy machine the
 * moment may be long. In milliseconds.
 */
const CLAIM_MS = 500;

interface Execution {
  run: StoredRun;
  startedAt: number;
  finishedAt: number;
}

/**
 * Of the runs of one handler for one object, one goes at a time; and none begins while an older one is open that was
 * stored for certain by then: its event had been acknowledged, or its replay answered.
 */
export const checkOrder: Check = (history, snapshot, findings) => {
  const ordered = snapshot.runs.filter(({ orderingKey }) => orderingKey !== null);
  const attempts = grouped(snapshot.attempts, ({ runId }) => runId);
  const knownSince = timesOfStoring(history, snapshot);
  const isOlder = ageOrder(snapshot);
  for (const [key, runs] of grouped(ordered, (run) => `${run.handlerId} ${run.orderingKey}`)) {
    const executions: Execution[] = runs
      .flatMap((run) =>
        (attempts.get(run.id) ?? []).map(({ startedAt, finishedAt }) => ({ run, startedAt, finishedAt })),
      )
      .toSorted((a, b) => a.startedAt - b.startedAt);
    for (const [i, execution] of executions.entries()) {
      const previous = executions[i - 1];
      findings.expect(
        !previous || previous.finishedAt <= execution.startedAt,
        'runs for an object go one at a time',
        key,
        () => JSON.stringify({ previous, execution }),
      );
      const passedOver = runs.find(
        (other) => isOlder(other, execution.run) && wasPassedOver(other, execution, knownSince, history),
      );
      findings.expect(!passedOver, 'the oldest stored event of an object goes first', key, () =>
        JSON.stringify({ passedOver, execution }),
      );
    }
  }
};

/** Whether another run was there for certain, and open, when this one began. */
function wasPassedOver(
  other: StoredRun,
  { run, startedAt }: Execution,
  knownSince: Map<string, number>,
  history: History,
): boolean {
  const since = knownSince.get(other.id);
  if (other.id === run.id || since === undefined || since + CLAIM_MS > startedAt) return false;
  const isOpen = other.finishedAt === null || other.finishedAt > startedAt;
  return isOpen && !isFrozenBetween(history, since, startedAt);
}

function ageOrder({ events }: Snapshot): (a: StoredRun, b: StoredRun) => boolean {
  const times = new Map(events.map(({ id, created }) => [id, created]));
  const created = ({ eventId }: StoredRun) => times.get(eventId) ?? 0;
  return (a, b) => (created(a) !== created(b) ? created(a) < created(b) : BigInt(a.id) < BigInt(b.id));
}

/** While the database stands still, so does a claim that has begun. */
const isFrozenBetween = ({ faults }: History, from: number, to: number): boolean =>
  faults.some(
    (fault) => fault.kind === 'freeze postgres' && fault.from < to && (fault.to ?? Infinity) > from,
  );

/** Since when each run was there for certain. */
function timesOfStoring({ deliveries, replays }: History, { runs }: Snapshot): Map<string, number> {
  const times = new Map<string, number>();
  const byEvent = grouped(
    deliveries.filter(({ forgery }) => forgery === undefined),
    ({ eventId }) => eventId,
  );
  for (const { id, eventId, generation } of runs) {
    const acknowledged = firstAcknowledgement(byEvent.get(eventId) ?? []);
    if (generation === 1 && acknowledged !== undefined) times.set(id, acknowledged);
  }
  for (const { runs: made = [], answeredAt } of replays) {
    for (const { runId, outcome } of made) {
      if (runId !== null && outcome === 'replayed' && answeredAt !== undefined) times.set(runId, answeredAt);
    }
  }
  return times;
}
