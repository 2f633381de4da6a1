import { describe, expect, it } from '@jest/globals';
import { counted, duration, tally } from './quantities.js';

describe('duration', () => {
  it.each([
    [0, '0 s'],
    [0.4, '0 s'],
    [59.6, '1 min'],
    [125, '2 min 5 s'],
    [3_600, '1 h'],
    [3_605, '1 h'],
    [11_520, '3 h 12 min'],
    [354_000, '4 d 2 h'],
  ])('of %d s is %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text);
  });
});

describe('counted and tally', () => {
  it('name what they count', () => {
    expect([counted(1, 'event'), counted(12_345, 'event')]).toEqual(['1 event', '12,345 events']);
    expect([tally({ dead: 3, pending: 0, running: 1_000 }), tally({})]).toEqual([
      '3 dead, 1,000 running',
      '–',
    ]);
  });
});
