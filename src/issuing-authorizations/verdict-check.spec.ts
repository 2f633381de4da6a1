import { describe, expect, it } from '@jest/globals';
import type { AuthorizationRequest } from './authorization-request.js';
import { abstain, approve, decline } from './policy.js';
import { readVerdict } from './verdict-check.js';

const request = { amount: 500, amountControllable: true, cashback: 50 } as AuthorizationRequest;
const fixed = { ...request, amountControllable: false };

describe('the verdict of a policy', () => {
  it.each([
    abstain(),
    approve(),
    approve({ amount: 50 }),
    approve({ amount: 500, metadata: { ['k'.repeat(40)]: 'v'.repeat(500), empty: '' } }),
    approve({ metadata: {} }),
    decline('no'),
    decline('x'.repeat(500), { a: 'b' }),
  ])('is taken as it is: %j', (verdict) => {
    expect(readVerdict(verdict, request)).toEqual(verdict);
  });

  it('loses what does not belong to it', () => {
    const more = { approved: true, policy: 'x', fallback: true, reason: 5 };
    expect(readVerdict({ ...more, kind: 'abstain', amount: 7 }, request)).toEqual({ kind: 'abstain' });
    expect(readVerdict({ ...more, kind: 'approve' }, request)).toEqual({ kind: 'approve' });
    expect(readVerdict({ ...more, kind: 'decline', reason: 'no', amount: -1 }, request)).toEqual(
      decline('no'),
    );
  });

  it('cannot be changed afterwards', () => {
    const metadata: Record<string, string> = { a: 'b' };
    const read = readVerdict(approve({ metadata }), request);
    metadata.a = '\0';
    expect(read).toEqual(approve({ metadata: { a: 'b' } }));
  });

  it.each([
    [undefined, 'answered no verdict'],
    ['approve', 'answered no verdict'],
    [{}, 'answered neither approve, decline nor abstain'],
    [{ kind: 'toString' }, 'answered neither approve, decline nor abstain'],
    [{ kind: 'decline', reason: '' }, 'declined without a reason'],
    [decline('x'.repeat(501)), 'gave a reason of more than 500 characters'],
    [decline('\0'), 'gave a reason that cannot be kept'],
    [approve({ amount: 0 }), 'approved an amount that is no positive integer'],
    [approve({ amount: 1e300 }), 'approved an amount that is no positive integer'],
    [{ kind: 'approve', amount: null }, 'approved an amount that is no positive integer'],
    [approve({ amount: 49 }), 'approved less than the cashback'],
    [approve({ amount: 501 }), 'approved more than was asked'],
    [{ kind: 'approve', metadata: null }, 'gave odd metadata'],
    [decline('no', { 'a[0]': '' }), 'gave metadata beyond the limits of Stripe'],
    [decline('no', { a: '\ud800' }), 'gave metadata beyond the limits of Stripe'],
  ])('%j is nonsense', (verdict, problem) => {
    expect(() => readVerdict(verdict, request)).toThrow(problem);
  });

  it('names no amount where that is not for us to say', () => {
    expect(() => readVerdict(approve({ amount: 500 }), fixed)).toThrow('where it is not controllable');
    expect(readVerdict(approve(), fixed)).toEqual(approve());
  });
});
