import { describe, expect, it } from '@jest/globals';
import { MAX_ATTEMPTS as MAIL_ATTEMPTS } from '../src/mail/mail-policy.js';
import { MAX_ATTEMPTS as ALERT_ATTEMPTS } from '../src/operator-alerts/alert-policy.js';
import { outboxBackoff } from '../src/outbox/outbox-policy.js';

describe('the waits between attempts to hand something over', () => {
  it('double from five seconds to an hour, half of each left to chance', () => {
    expect([1, 2, 3, 11, 24].map((attempts) => outboxBackoff(attempts, 1))).toEqual([
      5_000, 10_000, 20_000, 3_600_000, 3_600_000,
    ]);
    expect(outboxBackoff(1, 0)).toBe(2_500);
  });

  it.each([
    ['a mail server', MAIL_ATTEMPTS, 7, 15],
    ['a receiver of alerts', ALERT_ATTEMPTS, 5, 11],
  ])('last long enough for %s that is away for a night', (_, maxAttempts, least, most) => {
    const attempts = Array.from({ length: maxAttempts - 1 }, (_, i) => i + 1);
    const hours = (random: number) =>
      attempts.reduce((sum, attempt) => sum + outboxBackoff(attempt, random), 0) / 3_600_000;
    expect(hours(0)).toBeGreaterThan(least);
    expect(hours(1)).toBeLessThan(most);
  });
});
