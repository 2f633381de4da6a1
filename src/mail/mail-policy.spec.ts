import { describe, expect, it } from '@jest/globals';
import { mailBackoff, MAX_ATTEMPTS } from './mail-policy.js';

describe('the waits between attempts to send a message', () => {
  it('double from five seconds to an hour, half of each left to chance', () => {
    expect([1, 2, 3, 11, 24].map((attempts) => mailBackoff(attempts, 1))).toEqual([
      5_000, 10_000, 20_000, 3_600_000, 3_600_000,
    ]);
    expect(mailBackoff(1, 0)).toBe(2_500);
  });

  it('last long enough for a mail server that is away for a night', () => {
    const attempts = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, i) => i + 1);
    const hours = (random: number) =>
      attempts.reduce((sum, attempt) => sum + mailBackoff(attempt, random), 0) / 3_600_000;
    expect(hours(0)).toBeGreaterThan(7);
    expect(hours(1)).toBeLessThan(15);
  });
});
