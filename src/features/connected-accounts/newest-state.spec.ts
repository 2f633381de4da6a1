import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newestOf, type PartEvent } from './newest-state.js';

const second = (n: number) => new Date(1_700_000_000_000 + n * 1000);
const state = (n: number) => ({ state: n });

/** States that follow each other, each other than the one before. */
const walk = fc
  .array(fc.nat(3), { minLength: 2, maxLength: 9 })
  .map((states) => states.filter((one, i) => i === 0 || one !== states[i - 1]))
  .filter(({ length }) => length > 1);

/** The events of such a walk in one second, in any order, with ids that tell nothing. */
const shuffledEvents = walk.chain((states) => {
  const steps = states.slice(1).map((to, i) => [state(states[i] ?? 0), state(to)] as const);
  return fc.shuffledSubarray(steps, { minLength: steps.length }).map((shuffled) => ({
    start: state(states[0] ?? 0),
    end: state(states.at(-1) ?? 0),
    events: shuffled.map(([before, after], i): PartEvent => ({
      eventId: `evt_${i}`,
      created: second(1),
      before,
      after,
    })),
  }));
});

describe('the newest state of a part', () => {
  it('is the end of all changes of the last second, in whatever order they came, even if they led back', () => {
    fc.assert(
      fc.property(shuffledEvents, ({ start, end, events }) => {
        const earlier = { eventId: 'evt_z', created: second(0), before: null, after: start };
        expect(newestOf([...events, earlier])?.after).toEqual(end);
      }),
    );
  });

  it('needs nothing from before, unless the changes led back to where they began', () => {
    fc.assert(
      fc.property(shuffledEvents, ({ start, end, events }) => {
        fc.pre(start.state !== end.state);
        expect(newestOf(events)?.after).toEqual(end);
      }),
    );
  });

  it('is the end also where Stripe made two events of a change', () => {
    const lengths = fc.array(fc.nat(2), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(lengths, fc.infiniteStream(fc.nat()), (twins, ranks) => {
        const events = twins.flatMap((more, i) =>
          Array.from({ length: more + 1 }, (): PartEvent => {
            const eventId = `evt_${ranks.next().value}`;
            return { eventId, created: second(1), before: state(i), after: state(i + 1) };
          }),
        );
        expect(newestOf(events)?.after).toEqual(state(twins.length));
      }),
    );
  });

  it('is the same for the same events, also where one of a second is missing', () => {
    fc.assert(
      fc.property(shuffledEvents, fc.nat(), ({ events }, n) => {
        const some = events.filter((_, i) => i !== n % events.length);
        const newest = newestOf(some);
        expect(newestOf(some.toReversed())).toEqual(newest);
        expect(newest === undefined).toBe(some.length === 0);
      }),
    );
  });

  it('comes from the last second alone, where there was one change', () => {
    const events = [2, 1].map((n) => ({
      eventId: 'evt_1',
      created: second(n),
      before: null,
      after: state(n),
    }));
    expect(newestOf(events)?.after).toEqual(state(2));
  });
});
