import { describe, expect, it } from '@jest/globals';
import { lateness } from './lateness.js';

describe('lateness', () => {
  it.each([
    [-5, 0],
    [999, 0],
    [1_000, 1],
    [3_999, 1],
    [4_001, 2],
    [16_001, 3],
    [3_600_000, 6],
  ])('of %d ms with a patience of a second is %d', (lateMs, steps) => {
    expect(lateness(lateMs, 1_000)).toBe(steps);
  });
});
