import { describe, expect, it } from '@jest/globals';
import { faultKinds } from './fault-plans.js';
import { planRound } from './round-plan.js';

const seeds = Array.from({ length: 120 }, (_, i) => i);

describe('the plan of a round', () => {
  it('is the same for the same seed', () => {
    for (const seed of [0, 1, 4_711, 2 ** 32 - 1]) expect(planRound(seed)).toEqual(planRound(seed));
  });

  it('is another for another seed', () => {
    expect(new Set(seeds.map((seed) => JSON.stringify({ ...planRound(seed), seed: 0 }))).size).toBe(
      seeds.length,
    );
  });

  it('has ids that no other round has', () => {
    const ids = seeds.flatMap((seed) => planRound(seed).events.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has each kind of fault sooner or later, and never two faults for one part', () => {
    const plans = seeds.map((seed) => planRound(seed).faults);
    expect(new Set(plans.flat().map(({ kind }) => kind))).toEqual(new Set(faultKinds));
    for (const faults of plans) {
      const parts = faults.flatMap((fault) => fault.parts);
      expect(new Set(parts).size).toBe(parts.length);
    }
  });

  it('has every event delivered at least once', () => {
    for (const seed of seeds) {
      const { events, deliveries } = planRound(seed);
      expect(new Set(deliveries.map(({ event }) => event)).size).toBe(events.length);
    }
  });
});
