import { beforeAll, describe, expect, it } from '@jest/globals';
import { PayoutLife } from './payouts-life.js';
import { payoutsTest } from './payouts-test.js';

interface Page {
  data: { id: string; account: string; status: string }[];
  next: string | null;
}

describe('the admin routes of payouts', () => {
  const test = payoutsTest();
  const created = 1_900_000_000;
  const lives = ['acct_one', 'acct_two', 'acct_one', undefined].map(
    (account, i) => new PayoutLife({ account, created: created + i }),
  );
  const [oldest, other, newest, own] = lives as [PayoutLife, PayoutLife, PayoutLife, PayoutLife];

  beforeAll(() =>
    test.handled(oldest.event('paid'), other.event('failed'), newest.event('created'), own.event('paid')),
  );

  const list = async (query = '', key?: string) => {
    const answer = await test.mail.admin.call<Page>(
      'GET',
      `payouts${query}`,
      key === undefined ? {} : { key },
    );
    expect(answer.status).toBe(200);
    return { ids: answer.body.data.map(({ id }) => id), next: answer.body.next };
  };

  it('list the newest first, page by page, and by status and account', async () => {
    expect(await list()).toEqual({ ids: [own, newest, other, oldest].map(({ id }) => id), next: null });
    const first = await list('?limit=3');
    expect(first.ids).toEqual([own.id, newest.id, other.id]);
    expect(await list(`?limit=3&after=${first.next}`)).toEqual({ ids: [oldest.id], next: null });
    expect((await list('?account=acct_one')).ids).toEqual([newest.id, oldest.id]);
    expect((await list('?status=failed')).ids).toEqual([other.id]);
    expect((await list('?status=paid&account=acct_one')).ids).toEqual([oldest.id]);
  });

  it('show a payout, who was told of it, and what is wrong with where it goes', async () => {
    const { status, body } = await test.mail.admin.call('GET', `payouts/${other.id}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      id: other.id,
      account: 'acct_two',
      status: 'failed',
      amount: 12_600,
      currency: 'usd',
      created: new Date((created + 1) * 1_000).toISOString(),
      failureCode: 'account_closed',
      notices: expect.arrayContaining([
        { kind: 'payout.failed', outcome: 'mailed', detail: null, at: expect.any(String) },
        { kind: 'payout.failed.platform', outcome: 'mailed', detail: null, at: expect.any(String) },
      ]),
      destinationProblem: { externalAccount: other.destination, open: true, payout: other.id },
    });
    const untroubled = await test.mail.admin.call('GET', `payouts/${newest.id}`);
    expect(untroubled.body).toMatchObject({ destinationProblem: null });
  });

  it('show a restricted key the payouts of its accounts, and no other', async () => {
    const key = await test.mail.admin.keyWith({ accounts: ['acct_two'] });
    expect((await list('', key)).ids).toEqual([other.id]);
    expect((await list('?account=acct_one', key)).ids).toEqual([]);
    const statuses = [];
    for (const { id } of lives)
      statuses.push((await test.mail.admin.call('GET', `payouts/${id}`, { key })).status);
    expect(statuses).toEqual([404, 200, 404, 404]);
  });

  it('list what payouts do not reach, for the accounts of the key', async () => {
    const problems = async (options = {}) => {
      const { body } = await test.mail.admin.call<{ data: object[] }>('GET', 'payout-problems', options);
      return body.data;
    };
    const problem = { externalAccount: other.destination, account: 'acct_two', open: true, payout: other.id };
    expect(await problems()).toEqual([expect.objectContaining(problem)]);
    const [theirs, another] = [
      await test.mail.admin.keyWith({ accounts: ['acct_two'] }),
      await test.mail.admin.keyWith({ accounts: ['acct_one'] }),
    ];
    expect(await problems({ key: theirs })).toHaveLength(1);
    expect(await problems({ key: another })).toEqual([]);
  });

  it.each([
    ['payouts?status=lost', 400],
    ['payouts?limit=0', 400],
    ['payouts?account=%00', 400],
    ['payouts?account=a&account=b', 400],
    ['payouts?after=%F0%9F%92%A9', 400],
    ['payouts?amount=1', 400],
    ['payout-problems?after=%00', 400],
    ['payout-problems?limit=x', 400],
    ['payouts/po_unknown', 404],
    ['payouts/%00', 404],
  ])('answer %s with %d', async (path, status) => {
    expect((await test.mail.admin.call('GET', path)).status).toBe(status);
  });
});
