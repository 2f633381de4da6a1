import { beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { ConnectedAccountsModule } from '../../src/features/connected-accounts/connected-accounts.module.js';
import { adminTest } from '../harness/admin-test.js';
import { CONNECT_SECRET } from '../harness/app.js';

interface Page {
  data: { account: string; livemode: boolean; attention: string[] }[];
  next: string | null;
}

describe('GET /admin/connected-accounts', () => {
  const test = adminTest([ConnectedAccountsModule]);

  beforeAll(async () => {
    const events = ['acct_a', 'acct_b', 'acct_c'].flatMap((account) =>
      [true, false].map((livemode) => {
        const healthy = account !== 'acct_b';
        const object = {
          charges_enabled: healthy,
          requirements: { past_due: healthy ? [] : ['tos_acceptance.date'] },
        };
        return createEvent('account.updated', { account, livemode, object });
      }),
    );
    events.push(
      createEvent('person.updated', {
        account: 'acct_c',
        livemode: true,
        object: { requirements: { currently_due: ['dob.day'] } },
      }) as never,
    );
    for (const event of events) {
      await test.deliver({ event, path: '/connect-webhook', secret: CONNECT_SECRET });
    }
    await test.watch.untilFinished(events.map(({ id }) => id));
  });

  const list = async (query = '', key?: string) => {
    const { status, body } = await test.call<Page>('GET', `connected-accounts${query}`, key ? { key } : {});
    expect(status).toBe(200);
    return body;
  };
  const names = ({ data }: Page) =>
    data.map(({ account, livemode }) => `${account} ${livemode ? 'live' : 'test'}`);

  it('lists the accounts of both modes, or of one', async () => {
    const all = ['a', 'b', 'c'].flatMap((one) => [`acct_${one} test`, `acct_${one} live`]);
    expect(names(await list())).toEqual(all);
    expect(names(await list('?livemode=false'))).toEqual(all.filter((one) => one.endsWith('test')));
  });

  it('tells those that need attention from the others, and why', async () => {
    const { data } = await list('?needsAttention=true&livemode=true');
    expect(data.map(({ account, attention }) => [account, attention])).toEqual([
      ['acct_b', ['charges_disabled', 'requirements_past_due']],
      ['acct_c', ['person_requirements']],
    ]);
    expect(names(await list('?needsAttention=false&livemode=true'))).toEqual(['acct_a live']);
  });

  it('comes in pages', async () => {
    const seen: string[] = [];
    let next: string | null = '';
    while (next !== null) {
      const page: Page = await list(`?limit=2${next && `&after=${next}`}`);
      expect(page.data.length).toBeLessThanOrEqual(2);
      seen.push(...names(page));
      next = page.next;
    }
    expect(seen).toEqual(names(await list()));
  });

  it('shows a key that is restricted to accounts only these', async () => {
    const key = await test.keyWith({ accounts: ['acct_a', 'acct_x'] });
    expect(names(await list('', key))).toEqual(['acct_a test', 'acct_a live']);
    expect((await test.call('GET', 'connected-accounts/acct_a', { key })).status).toBe(200);
    const hidden = await test.call('GET', 'connected-accounts/acct_b', { key });
    expect(hidden).toMatchObject({ status: 404, body: { code: 'connected_account_not_found' } });
  });

  it('shows one account, live mode first, with what changed', async () => {
    const { body } = await test.call('GET', 'connected-accounts/acct_c');
    expect(body).toMatchObject({ account: 'acct_c', livemode: true, chargesEnabled: true, next: null });
    expect(body.history).toMatchObject([{ type: 'account.updated', part: 'account' }]);
    const shown = await test.call('GET', 'connected-accounts/acct_c?livemode=false');
    expect(shown.body).toMatchObject({ livemode: false, persons: [] });
  });

  it.each(['acct_nobody', 'a%00b', '%20', 'a'.repeat(300), 'acct_a?livemode=true&livemode=false&x'])(
    'never fails on a wrong name or query: %s',
    async (path) => {
      const { status, body } = await test.call('GET', `connected-accounts/${path}`);
      expect([400, 404]).toContain(status);
      expect(body.code).toMatch(/^(query_invalid|connected_account_not_found)$/);
    },
  );

  it.each([
    'limit=0',
    'limit=201',
    'limit=x',
    'limit=1&limit=2',
    'needsAttention=yes',
    'livemode=',
    'after=x',
    'after=a%00:live',
    'unknown=1',
    'livemode[]=true',
    'after[x]=1',
  ])('refuses %s', async (query) => {
    for (const path of ['connected-accounts', 'connected-accounts/acct_a']) {
      const { status, body } = await test.call('GET', `${path}?${query}`);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'query_invalid' });
    }
  });

  it('refuses a cursor of the history that names no time', async () => {
    for (const after of ['99999999999:evt_1', '0:evt_1']) {
      expect((await test.call('GET', `connected-accounts/acct_a?after=${after}`)).status).toBe(200);
    }
    expect((await test.call('GET', 'connected-accounts/acct_a?after=999999999999:e')).status).toBe(400);
  });
});
