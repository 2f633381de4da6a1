import { beforeAll, describe, expect, it } from '@jest/globals';
import { OrdersModule } from '../../src/features/orders/orders.module.js';
import { AMOUNT, lifeTime, OrderLife } from './orders-life.js';
import { ordersTest } from './orders-test.js';

interface Page {
  data: { id: string; account: string; livemode: boolean; state: string }[];
  next: string | null;
}

const [account, other] = ['acct_one', 'acct_two'];

/** Without a hook: what is paid is only written down. */
const lives = {
  paid: new OrderLife('pi_paid').succeeded(1),
  shared: new OrderLife('pi_shared').failed(1),
  sharedTheirs: new OrderLife('pi_shared', { account }).succeeded(1),
  sharedTest: new OrderLife('pi_shared', { account, livemode: false }).canceled(1),
  disputed: new OrderLife('pi_disputed', { account: other })
    .succeeded(1)
    .dispute(3, 'created', 'needs_response'),
  refunded: new OrderLife('pi_refunded', { account: other }).failed(1).succeeded(2).refunded(9, AMOUNT),
};

describe('GET /admin/orders', () => {
  const test = ordersTest([OrdersModule]);
  beforeAll(() => test.handled(...Object.values(lives).flatMap(({ events }) => events)));

  const list = async (query = '', key?: string) => {
    const { status, body } = await test.admin.call<Page>('GET', `orders${query}`, key ? { key } : {});
    expect(status).toBe(200);
    return body;
  };
  const names = ({ data }: Page) =>
    data.map((one) => `${one.id} ${one.account} ${one.livemode ? 'live' : 'test'}`);
  const nameOf = ({ id, account: owner, livemode }: OrderLife) =>
    `${id} ${owner} ${livemode ? 'live' : 'test'}`;
  // They all began in the same second: so it is the ids, accounts and modes that decide.
  const inOrder = Object.values(lives).map(nameOf).toSorted().toReversed();

  it('lists the orders, each account and mode its own, by state, fulfilment, account and mode', async () => {
    expect(
      names(await list())
        .toSorted()
        .toReversed(),
    ).toEqual(inOrder);
    expect(names(await list('?state=paid'))).toEqual([lives.sharedTheirs, lives.paid].map(nameOf));
    expect(names(await list('?state=disputed'))).toEqual([nameOf(lives.disputed)]);
    expect(names(await list('?state=refunded&livemode=true'))).toEqual([nameOf(lives.refunded)]);
    expect(names(await list('?fulfilment=reversal_due'))).toEqual([nameOf(lives.refunded)]);
    expect(names(await list('?fulfilment=none'))).toEqual([lives.sharedTest, lives.shared].map(nameOf));
    expect(names(await list(`?account=${other}`))).toEqual([lives.refunded, lives.disputed].map(nameOf));
    expect(names(await list('?livemode=false'))).toEqual([nameOf(lives.sharedTest)]);
  });

  it('comes in pages, newest first', async () => {
    const seen: string[] = [];
    for (let next: string | null = ''; next !== null;) {
      const page: Page = await list(`?limit=2${next && `&after=${next}`}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      seen.push(...names(page));
      next = page.next;
    }
    expect(seen).toEqual(names(await list()));
    expect(seen.toSorted().toReversed()).toEqual(inOrder);
  });

  it('shows a key that is restricted to accounts only their orders', async () => {
    const key = await test.admin.keyWith({ accounts: [account] });
    expect(names(await list('', key))).toEqual([lives.sharedTheirs, lives.sharedTest].map(nameOf));
    expect(names(await list(`?account=${other}`, key))).toEqual([]);
    const shared = await test.admin.call('GET', 'orders/pi_shared', { key });
    expect(shared).toMatchObject({ status: 200, body: { account, livemode: true } });
    for (const id of ['pi_paid', 'pi_disputed', `pi_disputed?account=${other}`]) {
      const hidden = await test.admin.call('GET', `orders/${id}`, { key });
      expect(hidden).toMatchObject({ status: 404, body: { code: 'order_not_found' } });
    }
  });

  it("shows one order, live mode and the platform's own first", async () => {
    const show = async (query = '') => (await test.admin.call('GET', `orders/pi_shared${query}`)).body;
    expect(await show()).toMatchObject({ account: '', livemode: true, state: 'failed' });
    expect(await show(`?account=${account}`)).toMatchObject({ account, livemode: true, state: 'paid' });
    expect(await show('?livemode=false')).toMatchObject({ account, livemode: false, state: 'canceled' });
    expect((await test.admin.call('GET', `orders/pi_shared?account=${other}`)).status).toBe(404);
  });

  it('shows what is known of an order and what each event said, newest first, in pages', async () => {
    const { body } = await test.admin.call('GET', 'orders/pi_refunded');
    expect(body).toMatchObject({
      state: 'refunded',
      amount: AMOUNT,
      amountRefunded: AMOUNT,
      currency: 'usd',
      customer: 'cus_7',
      metadata: { order: '7' },
      failure: null,
      createdAt: lifeTime(0),
      updatedAt: lifeTime(9),
      paidAt: lifeTime(2),
      fulfilledAt: expect.any(String),
      fulfilledBy: null,
      reversedAt: null,
    });
    const [failed, succeeded, refunded] = lives.refunded.events.map(({ id: eventId, type }, i) => ({
      eventId,
      type,
      created: lifeTime([1, 2, 9][i] ?? 0),
      said: expect.any(Object),
    }));
    expect(body.history).toEqual([refunded, succeeded, failed]);
    expect(body.history).toMatchObject([
      { said: { kind: 'refund', refunded: AMOUNT } },
      { said: { kind: 'payment', status: 'succeeded', amount: AMOUNT } },
      { said: { kind: 'payment', status: 'failed', declineCode: 'insufficient_funds' } },
    ]);
    const first = await test.admin.call('GET', 'orders/pi_refunded?limit=2');
    expect(first.body).toMatchObject({ history: [refunded, succeeded] });
    const second = await test.admin.call(
      'GET',
      `orders/pi_refunded?limit=2&after=${String(first.body.next)}`,
    );
    expect(second.body).toMatchObject({ history: [failed], next: null });
  });

  it('says why the last attempt to pay failed, and what is disputed', async () => {
    const { body } = await test.admin.call('GET', 'orders/pi_shared');
    const failure = { code: 'card_declined', declineCode: 'insufficient_funds', at: lifeTime(1) };
    expect(body).toMatchObject({ state: 'failed', failure });
    const disputed = await test.admin.call('GET', 'orders/pi_disputed');
    expect(disputed.body.disputes).toEqual([
      {
        id: 'du_of_pi_disputed',
        status: 'needs_response',
        reason: 'fraudulent',
        amount: AMOUNT,
        currency: 'usd',
        asOf: lifeTime(3),
      },
    ]);
  });

  it.each(['pi_nobody', 'a%00b', '%20', 'a'.repeat(300), 'pi_paid?livemode=true&livemode=false'])(
    'never fails on a wrong id or query: %s',
    async (path) => {
      const { status, body } = await test.admin.call('GET', `orders/${path}`);
      expect([400, 404]).toContain(status);
      expect(body.code).toMatch(/^(query_invalid|order_not_found)$/);
    },
  );

  it.each([
    ...['limit=0', 'limit=201', 'limit=x', 'limit=1&limit=2', 'livemode=', 'livemode[]=true', 'account=a%00'],
    ...['account=', 'after=x', 'after[x]=1', 'after=99999999999999:e', 'unknown=1'],
  ])('refuses %s', async (query) => {
    for (const path of ['orders', 'orders/pi_paid']) {
      const { status, body } = await test.admin.call('GET', `${path}?${query}`);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'query_invalid' });
    }
  });

  it('refuses states that there are not, and takes any cursor that could be one', async () => {
    for (const query of ['state=lost', 'fulfilment=maybe', 'after=1:pi:acct:both']) {
      expect((await test.admin.call('GET', `orders?${query}`)).status).toBe(400);
    }
    expect((await list('?after=99999999999:pi_1::live')).data).toHaveLength(inOrder.length);
    expect((await list('?after=0:a::test')).data).toEqual([]);
    expect((await test.admin.call('GET', 'orders/pi_paid?after=99999999999:e')).status).toBe(200);
  });
});
