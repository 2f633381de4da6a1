import { describe, expect, it } from '@jest/globals';
import { ADMIN_KEY, adminTest } from '../harness/admin-test.js';

interface Page {
  data: { eventId: string }[];
  next: string | null;
}

describe('the decisions on authorizations', () => {
  const test = adminTest([], { STRIPE_ISSUING_WEBHOOK_SECRETS: 'whsec_issuing' });
  const decided = (id: string, account: string | null) =>
    test.watch.query(
      `INSERT INTO issuing_decision (event_id, account, livemode, requested_at, decided_at, approved, granted, partial,
                                     reason, fallback, latency_ms)
       VALUES ($1, $2, false, now(), now(), true, 1, false, 'default', false, 1)`,
      [id, account],
    );
  const list = async (key: string, query = '') => {
    const { body } = await test.call<Page>('GET', `issuing/decisions?${query}`, { key });
    return { ids: body.data.map(({ eventId }) => eventId), next: body.next };
  };

  it('of other accounts and of the platform do not exist for a restricted key', async () => {
    await decided('evt_1', 'acct_1');
    await decided('evt_2', 'acct_2');
    await decided('evt_3', 'acct_3');
    await decided('evt_4', null);
    await decided('evt_5', 'acct_1');
    const one = await test.keyWith({ accounts: ['acct_1'] });
    expect((await list(one)).ids).toEqual(['evt_5', 'evt_1']);
    const two = await test.keyWith({ accounts: ['acct_1', 'acct_2'] });
    expect((await list(two)).ids).toEqual(['evt_5', 'evt_2', 'evt_1']);
    expect((await list(await test.keyWith({ accounts: ['acct_9'] }))).ids).toEqual([]);
    expect((await list(ADMIN_KEY)).ids).toEqual(['evt_5', 'evt_4', 'evt_3', 'evt_2', 'evt_1']);
    const { next } = await list(one, 'limit=1');
    expect([next, (await list(one, `after=${next}`)).ids]).toEqual(['evt_5', ['evt_1']]);
    // Not even as a place to start from.
    expect((await list(one, 'after=evt_3')).ids).toEqual([]);
  });
});
