import { describe, expect, it } from '@jest/globals';
import { futureTime, pastTime } from './option-values.js';

describe('a point in time', () => {
  it.each([
    ['2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['2026-11-21T10:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.5+02:00', '2026-11-21T08:00:00.500Z'],
  ])('%s is %s', (text, iso) => {
    expect([pastTime(text), futureTime(text)]).toEqual([iso, iso]);
  });

  it.each([
    ['30m', 1_800],
    ['24h', 86_400],
    ['7d', 604_800],
  ])('%s is that long ago, or from now', (text, seconds) => {
    const before = Date.now();
    const [past, future] = [Date.parse(pastTime(text)), Date.parse(futureTime(text))];
    const passed = Date.now() - before;
    expect(before - seconds * 1_000 - past).toBeLessThanOrEqual(0);
    expect(past).toBeLessThanOrEqual(before - seconds * 1_000 + passed);
    expect(future).toBeGreaterThanOrEqual(before + seconds * 1_000);
    expect(future).toBeLessThanOrEqual(before + seconds * 1_000 + passed);
  });

  it.each([
    '',
    'now',
    '7',
    '7w',
    '-7d',
    '2026-11-31T25:00:00Z',
    '2026-02-30',
    '2026-11-21T10:00',
    '21.11.2026',
  ])('is not %j', (text) => {
    expect(() => pastTime(text)).toThrow('It must be like 2026-11-21, 2026-11-21T10:00:00Z, 30m, 24h or 7d.');
  });
});
