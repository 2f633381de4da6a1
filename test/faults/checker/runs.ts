import { expectedEnd, handlersOf } from '../system/handler-models.js';
import { type Check, grouped } from './finding.js';
import type { StoredRun } from './snapshot.js';

const finalStates = ['succeeded', 'dead', 'skipped'];

/** A run that was lost this often with its worker is dead, whatever its handler would have done. */
const TAKEN_FOR_POISON = 3;

/** Every stored event has the runs of its handlers, in one unbroken row of generations, and each has come to its end. */
export const checkRuns: Check = (history, { events, runs }, findings) => {
  const stored = new Set(events.map(({ id }) => id));
  const byEvent = grouped(runs, ({ eventId }) => eventId);
  for (const event of history.events) {
    const mine = grouped(byEvent.get(event.id) ?? [], ({ handlerId }) => handlerId);
    const models = handlersOf(event);
    findings.expect(
      [...mine.keys()].every((id) => models.some((model) => model.id === id)),
      'only the handlers of an event have runs',
      event.id,
      () => [...mine.keys()].join(', '),
    );
    findings.expect(stored.has(event.id) || mine.size === 0, 'only stored events have runs', event.id, () =>
      [...mine.keys()].join(', '),
    );
    if (!stored.has(event.id)) continue;
    for (const model of models) {
      const generations = (mine.get(model.id) ?? []).toSorted((a, b) => a.generation - b.generation);
      findings.expect(
        generations.length > 0 && generations.every(({ generation }, i) => generation === i + 1),
        'every handler of a stored event has its runs',
        event.id,
        () => `${model.id}: ${generations.map(({ generation }) => generation).join(', ')}`,
      );
      for (const run of generations) {
        findings.expect(finalStates.includes(run.status), 'no run is stuck', run.id, () =>
          JSON.stringify(run),
        );
        findings.expect(
          run.status === expectedEnd(model, event, run.generation) || isPoisoned(run),
          'runs end as their handlers say',
          run.id,
          () => JSON.stringify(run),
        );
      }
    }
  }
};

const isPoisoned = ({ status, lostAttempts }: StoredRun): boolean =>
  status === 'dead' && lostAttempts >= TAKEN_FOR_POISON;
