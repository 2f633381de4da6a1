import { handlerModels } from '../system/handler-models.js';
import { type Check, grouped } from './finding.js';

/** What a handler wrote is there exactly once where its run succeeded, by the attempt that succeeded, and else not at all. */
export const checkEffects: Check = (_history, { runs, effects, attempts }, findings) => {
  const byRun = grouped(effects, ({ runId }) => runId);
  const success = new Map(
    attempts.filter(({ outcome }) => outcome === 'succeeded').map((attempt) => [attempt.runId, attempt]),
  );
  const writes = new Set(handlerModels.filter(({ effect }) => effect === 'row').map(({ id }) => id));
  for (const run of runs.filter(({ handlerId }) => writes.has(handlerId))) {
    const mine = byRun.get(run.id) ?? [];
    const wanted = run.status === 'succeeded' ? 1 : 0;
    findings.expect(mine.length === wanted, 'effects happen exactly once', run.id, () =>
      JSON.stringify({ run, effects: mine }),
    );
    const attempt = success.get(run.id);
    for (const effect of mine) {
      findings.expect(
        attempt?.attempt === effect.attempt &&
          effect.at >= attempt.startedAt &&
          effect.at <= attempt.finishedAt,
        'effects are those of the attempt that succeeded',
        run.id,
        () => JSON.stringify({ attempt, effect }),
      );
    }
  }
  const known = new Set(runs.map(({ id }) => id));
  for (const { runId, eventId } of effects) {
    findings.expect(known.has(runId), 'no effect without a run', eventId, () => `run ${runId}`);
  }
};

/** However often a call is repeated, it has one key and is executed once. */
export const checkCalls: Check = (history, { runs }, findings) => {
  const calls = grouped(history.calls, ({ eventId, handler }) => `${eventId} ${handler}`);
  for (const [about, mine] of calls) {
    const keys = new Set(mine.map(({ key }) => key));
    findings.expect(keys.size === 1 && !keys.has(''), 'a repeated call has the same key', about, () =>
      [...keys].join(', '),
    );
    const executed = mine.filter((call) => call.executed).length;
    findings.expect(executed === 1, 'a call is executed once', about, () => `${executed} times`);
  }
  const callers = new Set(handlerModels.filter(({ effect }) => effect === 'call').map(({ id }) => id));
  for (const run of runs.filter(({ handlerId }) => callers.has(handlerId))) {
    if (run.status !== 'succeeded') continue;
    const about = `${run.eventId} ${run.handlerId}`;
    findings.expect(calls.has(about), 'what succeeded was called', about, () => JSON.stringify(run));
  }
  const byKey = grouped(history.calls, ({ key }) => key);
  for (const [key, mine] of byKey) {
    const callersOfKey = new Set(mine.map(({ eventId, handler }) => `${eventId} ${handler}`));
    findings.expect(callersOfKey.size === 1, 'different calls have different keys', key, () =>
      [...callersOfKey].join(', '),
    );
  }
};
