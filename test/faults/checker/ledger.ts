import { type Check, grouped } from './finding.js';
import type { StoredAttempt, StoredRun } from './snapshot.js';

/** Every attempt of every run is written down, one after the other, and they tell the same story as the run. */
export const checkLedger: Check = (_history, { runs, attempts }, findings) => {
  const byRun = grouped(attempts, ({ runId }) => runId);
  for (const run of runs) {
    const mine = (byRun.get(run.id) ?? []).toSorted((a, b) => a.attempt - b.attempt);
    const details = () => JSON.stringify({ run, attempts: mine });
    findings.expect(
      mine.length === run.attempts && mine.every(({ attempt }, i) => attempt === i + 1),
      'every attempt is in the ledger',
      run.id,
      details,
    );
    findings.expect(
      mine.every(({ startedAt, finishedAt }, i) => {
        const previous = mine[i - 1];
        return startedAt <= finishedAt && (!previous || startedAt >= previous.finishedAt);
      }),
      'attempts of a run come one after the other',
      run.id,
      details,
    );
    findings.expect(tellsTheSame(run, mine), 'the ledger agrees with the run', run.id, details);
  }
};

function tellsTheSame({ status, lostAttempts }: StoredRun, attempts: readonly StoredAttempt[]): boolean {
  const lost = attempts.filter(({ outcome }) => outcome === 'lost').length;
  const succeeded = attempts.filter(({ outcome }) => outcome === 'succeeded').length;
  const last = attempts.at(-1)?.outcome;
  const ends: Record<string, boolean> = {
    succeeded: succeeded === 1 && last === 'succeeded',
    dead: succeeded === 0 && (last === 'failed' || last === 'timed_out' || last === 'lost'),
    // A run of the other mode is skipped without an attempt.
    skipped: succeeded === 0 && (last === undefined || last === 'skipped'),
  };
  return lost === lostAttempts && (ends[status] ?? true);
}
