import { describe, expect, it } from '@jest/globals';
import { nearestNames } from './nearest-names.js';

describe('nearestNames', () => {
  const names = ['payout.created', 'payout.failed', 'payout.paid', 'charge.refunded'];

  it.each([
    ['payout.paied', 'payout.paid'],
    ['payout.fail', 'payout.failed'],
    ['chrage.refunded', 'charge.refunded'],
  ])('takes %s for %s', (given, meant) => {
    expect(nearestNames(given, names)[0]).toBe(meant);
  });

  it('gives the nearest first, as many as asked', () => {
    expect(nearestNames('payout.paid', names, 2)).toEqual(['payout.paid', 'payout.failed']);
  });
});
