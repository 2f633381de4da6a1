import { describe, expect, it } from '@jest/globals';
import { DELETED } from './account-change.js';
import { type AccountParts, summaryOf } from './account-summary.js';

const at = (second: number, state: object) => ({
  state,
  asOf: `2026-11-22T00:00:0${second}.000Z`,
  eventId: `evt_${second}`,
});
const bank = { type: 'bank_account', status: 'new' };
const failure = { payout: 'po_1', code: 'no_account' };

const externalAccount = (parts: AccountParts) => summaryOf(parts, true).externalAccounts[0];

describe('an external account', () => {
  it('is failing from a failed payout until it is updated', () => {
    const known = { 'external_account:ba_1': at(1, bank), 'payout:ba_1': at(2, failure) };
    expect(externalAccount(known)).toMatchObject({ failing: true, payoutFailure: failure });
    expect(summaryOf(known, true).attention).toEqual(['external_account_failing']);
    const updated = { ...known, 'external_account:ba_1': at(3, bank) };
    expect(externalAccount(updated)).toMatchObject({ failing: false, payoutFailure: null });
  });

  it('is failing when Stripe says so, and the failed payout stays its reason', () => {
    const errored = at(3, { ...bank, status: 'errored' });
    expect(externalAccount({ 'external_account:ba_1': errored })).toMatchObject({
      failing: true,
      payoutFailure: null,
    });
    const known = { 'external_account:ba_1': errored, 'payout:ba_1': at(2, failure) };
    expect(externalAccount(known)).toMatchObject({ failing: true, payoutFailure: failure });
  });

  it('is known by its failure alone, and forgotten when it is deleted', () => {
    const known = { 'payout:ba_1': at(2, failure) };
    expect(externalAccount(known)).toMatchObject({ id: 'ba_1', status: null, failing: true });
    expect(externalAccount({ ...known, 'external_account:ba_1': at(1, DELETED) })).toBeUndefined();
  });
});

describe('a capability', () => {
  const account = at(2, { capabilities: { transfers: 'active' } });

  it('has the status that was told last, by the account or by itself', () => {
    const own = (second: number) => ({ account, 'capability:transfers': at(second, { status: 'inactive' }) });
    expect(summaryOf(own(1), true).capabilities).toMatchObject([{ name: 'transfers', status: 'active' }]);
    expect(summaryOf(own(2), true).capabilities).toMatchObject([{ name: 'transfers', status: 'inactive' }]);
    expect(summaryOf(own(3), true).attention).toEqual(['capability_inactive']);
  });
});

describe('an account', () => {
  it('of which nothing is known needs no attention, and neither does one that has left', () => {
    expect(summaryOf({}, true)).toMatchObject({ chargesEnabled: null, requirements: null, attention: [] });
    const account = at(1, { chargesEnabled: false, payoutsEnabled: false, capabilities: {} });
    expect(summaryOf({ account }, true).attention).toEqual(['charges_disabled', 'payouts_disabled']);
    expect(summaryOf({ account }, false).attention).toEqual([]);
  });
});
