import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AuthorizationReport, heldAmounts } from './held-amounts.js';

const none = { amount: 0, count: 0 };
const applied = (...amounts: number[]): AuthorizationReport['applied'] =>
  amounts.map((amount) => ({ approved: amount > 0, reason: 'webhook_approved', amount: Math.abs(amount) }));
const pending = (amount: number, ...amounts: number[]): AuthorizationReport => ({
  status: 'pending',
  approved: true,
  amount,
  applied: applied(...amounts),
});

describe('what decisions hold', () => {
  it.each([
    ['nothing is known', [100, 50], undefined, none, [100, 50]],
    ['a capture came before any report', [100, 50], undefined, { amount: 180, count: 1 }, [100, 80]],
    ['all is as it was decided', [100, 50], pending(150, 100, 50), none, [100, 50]],
    ['the last request is not reported yet', [100, 50], pending(100, 100), none, [100, 50]],
    ['a part was reversed', [100, 50], pending(120, 100, 50), none, [100, 20]],
    ['the second was declined after all', [100, 50, 30], pending(130, 100, -50, 30), none, [100, 0, 30]],
    ['Stripe approved what we declined', [100, 0], pending(140, 100, 40), none, [100, 40]],
    ['more was captured', [100, 50, 0], pending(150, 100, 50, -9), { amount: 170, count: 1 }, [100, 70, 0]],
    ['it was declined and yet captured', [0], pending(0, -100), { amount: 60, count: 1 }, [60]],
    ['it expired', [100], { ...pending(100, 100), status: 'expired' }, none, [0]],
    [
      'it was reversed after a capture',
      [100],
      { ...pending(100, 100), status: 'reversed' },
      { amount: 30, count: 1 },
      [30],
    ],
    [
      'it was closed, the capture still to come',
      [100],
      { ...pending(90, 100), status: 'closed' },
      none,
      [90],
    ],
    [
      'it was closed and captured',
      [100],
      { ...pending(90, 100), status: 'closed' },
      { amount: 80, count: 2 },
      [80],
    ],
    ['it was declined', [100], { ...pending(100, -100), status: 'closed', approved: false }, none, [0]],
  ])('when %s', (_name, granted, report, settled, expected) => {
    expect(heldAmounts(granted, report, settled)).toEqual(expected);
  });

  it('never comes to less than nothing, and together to what the authorization binds', () => {
    const amounts = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 5 });
    const reports = fc.record({
      status: fc.constantFrom('pending', 'closed', 'reversed', 'expired', 'new_status'),
      approved: fc.boolean(),
      amount: fc.nat(3_000),
      applied: fc.array(
        fc.record({ approved: fc.boolean(), reason: fc.constant('webhook_x'), amount: fc.nat(1_000) }),
        { minLength: 1, maxLength: 7 },
      ),
    });
    const captures = fc
      .array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 3 })
      .map((parts) => ({ amount: parts.reduce((sum, part) => sum + part, 0), count: parts.length }));
    fc.assert(
      fc.property(amounts, fc.option(reports, { nil: undefined }), captures, (granted, report, settled) => {
        const held = heldAmounts(granted, report, settled);
        expect(held).toHaveLength(granted.length);
        for (const amount of held) expect(amount).toBeGreaterThanOrEqual(0);
        const known = held.slice(0, report?.applied.length).reduce((sum, amount) => sum + amount, 0);
        expect(known).toBeGreaterThanOrEqual(settled.amount);
        if (report && !report.approved) expect(known).toBe(settled.amount);
        expect(held.slice(report?.applied.length ?? granted.length)).toEqual(
          granted.slice(report?.applied.length ?? granted.length),
        );
      }),
    );
  });
});
