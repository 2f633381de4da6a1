import { describe, expect, it } from '@jest/globals';
import { Chaos, type ChaosOptions } from './chaos.js';

const letters = 'abcdefghijklmnopqrstuvwxyz'.split('');
const planOf = (options: ChaosOptions) => new Chaos({ seed: 7, ...options }).plan(letters);
const orderOf = (options: ChaosOptions) => planOf(options).map(({ event }) => event);

describe('chaos', () => {
  it('changes nothing unless asked', () => {
    expect(planOf({})).toEqual(letters.map((event) => ({ event, heldMs: 0 })));
    expect(new Chaos({}).isOn).toBe(false);
  });

  it('makes the same choices again from the same seed, and others from another', () => {
    const options = { duplicate: 0.5, shuffle: true, delay: 1_000 };
    expect(planOf(options)).toEqual(planOf(options));
    expect(planOf(options)).not.toEqual(planOf({ ...options, seed: 8 }));
    const chaos = new Chaos({ seed: 7, ...options });
    expect(chaos.plan(letters)).not.toEqual(chaos.plan(letters));
    expect(new Chaos({}).seed).not.toBe(new Chaos({}).seed);
  });

  it('duplicates as often as it is told, and never loses an event', () => {
    expect(orderOf({ duplicate: 1 }).toSorted()).toEqual([...letters, ...letters].toSorted());
    const some = orderOf({ duplicate: 0.5 });
    expect(new Set(some)).toEqual(new Set(letters));
    expect(some.length).toBeGreaterThan(letters.length);
    expect(some.length).toBeLessThan(2 * letters.length);
  });

  it('keeps the order of first deliveries unless it shuffles', () => {
    expect([...new Set(orderOf({ duplicate: 1 }))]).toEqual(letters);
    const shuffled = orderOf({ shuffle: true });
    expect(shuffled).not.toEqual(letters);
    expect(shuffled.toSorted()).toEqual(letters);
  });

  it('brings every event to every place', () => {
    const chaos = new Chaos({ seed: 7, shuffle: true });
    const firsts = Array.from({ length: 200 }, () => chaos.plan(['a', 'b', 'c'])[0]?.event);
    expect(new Set(firsts)).toEqual(new Set(['a', 'b', 'c']));
  });

  it('holds back for no longer than it is told, each delivery by itself', () => {
    const held = planOf({ delay: 50 }).map(({ heldMs }) => heldMs);
    for (const ms of held) expect(ms === Math.floor(ms) && ms >= 0 && ms <= 50).toBe(true);
    expect(new Set(held).size).toBeGreaterThan(5);
  });

  it.each([
    [{ duplicate: 1.5 }, 'chaos.duplicate'],
    [{ duplicate: Number.NaN }, 'chaos.duplicate'],
    [{ delay: -1 }, 'chaos.delay'],
    [{ crashAfter: 0 }, 'chaos.crashAfter'],
    [{ seed: 0.5 }, 'chaos.seed'],
  ])('refuses %p', (options, name) => {
    expect(() => new Chaos(options)).toThrow(RangeError);
    expect(() => new Chaos(options)).toThrow(name);
  });
});
