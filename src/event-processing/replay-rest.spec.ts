import { describe, expect, it } from '@jest/globals';
import { ReplayRest } from './replay-rest.js';

describe('the rest of a slot for replayed runs', () => {
  it('is a multiple of the claim while claims take their usual time', () => {
    const rest = new ReplayRest();
    expect([rest.after(2), rest.after(2)]).toEqual([8, 8]);
  });

  it('grows faster than the claims do', () => {
    const rest = new ReplayRest();
    rest.after(2);
    expect(rest.after(8)).toBeGreaterThan(3 * 4 * 8);
  });

  it('has a limit', () => {
    const rest = new ReplayRest();
    rest.after(1);
    expect(rest.after(10_000)).toBe(2_000);
  });

  it('takes for usual what has been so for long', () => {
    const rest = new ReplayRest();
    rest.after(1);
    for (let i = 0; i < 500; i++) rest.after(20);
    expect(rest.after(20)).toBe(80);
  });
});
