import { describe, expect, it } from '@jest/globals';
import { anEvent, EventHistory } from './index.js';

describe('anEvent', () => {
  it('makes realistic events where there is a factory, with what the test chooses', () => {
    const event = anEvent('charge.refunded', {
      created: 1_700_000_000,
      account: 'acct_1',
      livemode: true,
      object: { id: 'ch_1', billing_details: { email: 'a@b.example' } },
    });
    expect(event).toMatchObject({ created: 1_700_000_000, account: 'acct_1', livemode: true });
    expect(event.data.object).toMatchObject({ id: 'ch_1', object: 'charge', currency: 'usd' });
    expect(event.data.object.billing_details.email).toBe('a@b.example');
  });

  it('makes events of every other type, too, around what is given', () => {
    const event = anEvent('radar.early_fraud_warning.created', {
      account: 'acct_1',
      object: { charge: 'ch_1', actionable: true },
      previousAttributes: { actionable: false },
    });
    expect(event).toMatchObject({
      type: 'radar.early_fraud_warning.created',
      object: 'event',
      account: 'acct_1',
    });
    expect(event.data).toMatchObject({
      object: { object: 'radar.early_fraud_warning', charge: 'ch_1', actionable: true, livemode: false },
      previous_attributes: { actionable: false },
    });
    expect(event.data.object.id).not.toBe(anEvent('radar.early_fraud_warning.created').data.object.id);
  });

  it('makes thin events, which only point to their object', () => {
    const known = anEvent('v2.core.account[requirements].updated', {
      account: 'acct_1',
      created: 1_700_000_000,
    });
    expect(known).toMatchObject({
      object: 'v2.core.event',
      context: 'acct_1',
      created: '2023-11-14T22:13:20.000Z',
    });
    const other = anEvent('v2.core.account.closed');
    expect(other.related_object).toMatchObject({ type: 'v2.core.account' });
    const relatedObject = { id: 'acct_2', type: 'v2.core.account', url: '/v2/core/accounts/acct_2' };
    expect(anEvent('v2.core.account.closed', { relatedObject }).related_object).toEqual(relatedObject);
  });

  it('refuses at compile time what an event of this type does not have', () => {
    // @ts-expect-error: a misspelt event type
    anEvent('charge.refunde');
    // @ts-expect-error: an amount is a number
    anEvent('charge.refunded', { object: { amount: '500' } });
    // @ts-expect-error: a fraud warning has no amount
    anEvent('radar.early_fraud_warning.created', { object: { amount: 500 } });
    // @ts-expect-error: a thin event has no object
    anEvent('v2.core.account.closed', { object: { id: 'acct_1' } });
    const amount: number = anEvent('charge.refunded').data.object.amount_refunded;
    expect(amount).toBeGreaterThan(0);
  });
});

describe('a history', () => {
  it('has events of one account, each created after the one before unless the test says otherwise', () => {
    const history = new EventHistory({
      account: 'acct_1',
      livemode: true,
      startsAt: 1_700_000_000,
      step: 60,
    });
    history.add('payout.created', { object: { id: 'po_1' } });
    history.add('payout.updated', { object: { id: 'po_1' }, created: 1_600_000_000 });
    const paid = history.add('payout.paid', { object: { id: 'po_1' } });
    expect(paid.data.object.id).toBe('po_1');
    expect(history.events).toMatchObject([
      { type: 'payout.created', created: 1_700_000_000, account: 'acct_1', livemode: true },
      { type: 'payout.updated', created: 1_600_000_000 },
      { type: 'payout.paid', created: 1_700_000_120, account: 'acct_1' },
    ]);
  });

  it('begins an hour ago, a second from one event to the next', () => {
    const history = new EventHistory();
    const [first, second] = [history.add('charge.succeeded'), history.add('charge.refunded')];
    expect(second.created - first.created).toBe(1);
    expect(Date.now() / 1_000 - first.created).toBeGreaterThanOrEqual(3_600);
  });
});
