import { describe, expect, it } from '@jest/globals';
import { Lanes, type RunKind } from './lanes.js';

/** Which of these found room, in order. */
const entered = (lanes: Lanes, width: number, ...kinds: RunKind[]) =>
  kinds.map((kind) => lanes.enter('handler', width, kind));

describe('a lane', () => {
  it('has room for its width, whoever comes', () => {
    expect(entered(new Lanes(), 3, 'live', 'live', 'live', 'live')).toEqual([true, true, true, false]);
    expect(entered(new Lanes(), 3, 'live', 'replayed', 'live', 'live')).toEqual([true, true, true, false]);
  });

  it('gives replayed runs half of its room, and of a single place all while it is empty', () => {
    expect(entered(new Lanes(), 5, 'replayed', 'replayed', 'replayed', 'live')).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(entered(new Lanes(), 1, 'replayed', 'live')).toEqual([true, false]);
    expect(entered(new Lanes(), 1, 'live', 'replayed')).toEqual([true, false]);
  });

  const left = { lookFor: undefined, replayedMayEnter: 0 };
  const lookFor = (turnedAway: number) => ({ lookFor: turnedAway, replayedMayEnter: 0 });

  it('is left when nobody was turned away', () => {
    const lanes = new Lanes();
    entered(lanes, 1, 'live');
    expect(lanes.leave('handler', 'live')).toEqual(left);
    expect(entered(lanes, 1, 'live')).toEqual([true]);
  });

  it.each<RunKind>(['live', 'replayed'])(
    'gives the place of a %s run to a live one that was turned away',
    (kind) => {
      const lanes = new Lanes();
      entered(lanes, 1, kind, 'replayed', 'live');
      expect(lanes.leave('handler', kind)).toEqual(lookFor(1));
      // It stays, so the next is turned away, too.
      expect(entered(lanes, 1, 'live')).toEqual([false]);
    },
  );

  it('says how many replayed runs that were turned away may enter, once', () => {
    const lanes = new Lanes();
    entered(lanes, 4, 'live', 'live', 'live', 'replayed', 'replayed', 'live');
    expect(lanes.leave('handler', 'live')).toEqual(lookFor(1));
    lanes.noneIsDue('handler', 1);
    expect(lanes.leave('handler', 'live')).toEqual({ ...left, replayedMayEnter: 1 });
    expect(lanes.leave('handler', 'replayed')).toEqual(left);
  });

  it('leaves it to the replayed runs inside to fetch others, while they have all of their share', () => {
    const lanes = new Lanes();
    entered(lanes, 2, 'live', 'replayed', 'replayed');
    expect(lanes.leave('handler', 'live')).toEqual(left);
    expect(lanes.leave('handler', 'replayed')).toEqual({ ...left, replayedMayEnter: 1 });
  });

  it('is left in any case by whoever must go, and the next one sees to those turned away', () => {
    const lanes = new Lanes();
    entered(lanes, 2, 'live', 'live', 'live');
    expect(lanes.leave('handler', 'live', { inAnyCase: true })).toEqual(left);
    expect(lanes.leave('handler', 'live')).toEqual(lookFor(1));
  });

  it('keeps all who are in it while any run may be left of those turned away', () => {
    const lanes = new Lanes();
    entered(lanes, 2, 'live', 'live', 'live');
    expect(lanes.leave('handler', 'live')).toEqual(lookFor(1));
    expect(lanes.leave('handler', 'live')).toEqual(lookFor(1));
    lanes.noneIsDue('handler', 1);
    expect(lanes.leave('handler', 'live')).toEqual(left);
  });

  it('is looked at again when another run was turned away since none was found', () => {
    const lanes = new Lanes();
    entered(lanes, 1, 'live', 'live', 'live');
    lanes.noneIsDue('handler', 1);
    expect(lanes.leave('handler', 'live')).toEqual(lookFor(2));
  });
});
