import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import fc from 'fast-check';
import type { EntityManager } from 'typeorm';
import { OnAppUninstalled, type Uninstallation } from '../src/app-backend/index.js';
import { createEvent } from '../src/event-factories/create-event.js';
import { CONNECT_SECRET } from './harness/app.js';
import { appBackendTest, identity } from './harness/app-backend-test.js';

@Injectable()
class CleanUp {
  @OnAppUninstalled()
  async forget({ account, livemode }: Uninstallation, tx: EntityManager): Promise<void> {
    await tx.query('INSERT INTO cleaned (account, livemode) VALUES ($1, $2)', [account, livemode]);
  }
}

@Module({ providers: [CleanUp] })
class CleanUpModule {}

type Change = 'authorized' | 'deauthorized';

describe('installations', () => {
  const test = appBackendTest([CleanUpModule]);
  let accounts = 0;

  const deliver = async (account: string, change: Change, created: number, livemode = false) => {
    const event = createEvent(`account.application.${change}`, { account, created, livemode });
    await test.app.deliver({ event, path: '/connect-webhook', secret: CONNECT_SECRET });
    await test.watch.untilFinished([event.id]);
    return event;
  };
  const cleaned = async (account: string) => {
    await test.watch.query('CREATE TABLE IF NOT EXISTS cleaned (account text, livemode boolean)');
    return test.watch.query<{ livemode: boolean }>('SELECT livemode FROM cleaned WHERE account = $1', [
      account,
    ]);
  };
  const answer = async (account: string) =>
    (await test.postIdentity('/app/session', {}, { as: { ...identity, account_id: account } })).status;

  it('open and close the door of an account', async () => {
    await cleaned('');
    expect(await answer('acct_new')).toBe(403);
    await deliver('acct_new', 'authorized', 1_700_000_000);
    expect(await answer('acct_new')).toBe(200);
    await deliver('acct_new', 'deauthorized', 1_700_000_001);
    expect(await answer('acct_new')).toBe(403);
    expect(await cleaned('acct_new')).toEqual([{ livemode: false }]);
  });

  it('are kept apart in live and test mode', async () => {
    await cleaned('');
    await deliver('acct_modes', 'authorized', 1_700_000_000, true);
    expect(await answer('acct_modes')).toBe(403);
    await deliver('acct_modes', 'authorized', 1_700_000_000, false);
    await deliver('acct_modes', 'deauthorized', 1_700_000_005, true);
    expect(await answer('acct_modes')).toBe(200);
    expect(await cleaned('acct_modes')).toEqual([{ livemode: true }]);
  });

  it('end as the newest event says, and clean up at most once for each end, whatever order and how often events arrive', async () => {
    await cleaned('');
    const history: Change[] = ['authorized', 'deauthorized', 'authorized', 'deauthorized'];
    const deliveries = fc.shuffledSubarray([0, 1, 2, 3, 0, 3], { minLength: 6 });
    await fc.assert(
      fc.asyncProperty(deliveries, async (order) => {
        const account = `acct_shuffled${accounts++}`;
        for (const i of order) await deliver(account, history[i] ?? 'authorized', 1_700_000_000 + i);
        expect(await answer(account)).toBe(403);
        const last = await cleaned(account);
        expect([1, 2]).toContain(last.length);
      }),
      { numRuns: 8 },
    );
  });

  it('follow apps.install events as well, without cleaning up twice', async () => {
    await cleaned('');
    const install = (type: 'created' | 'deleted', created: number) => ({
      ...createEvent('account.application.authorized', { account: 'acct_apps', created }),
      type: `apps.install.${type}`,
      data: {
        object: {
          id: 'apinst_1',
          object: 'apps.install',
          account: 'acct_apps',
          app: 'ca_1',
          status: 'installed',
        },
      },
    });
    for (const event of [install('created', 1_700_000_000), install('deleted', 1_700_000_010)]) {
      await test.app.deliver({ event, path: '/connect-webhook', secret: CONNECT_SECRET });
      await test.watch.untilFinished([event.id]);
    }
    await deliver('acct_apps', 'deauthorized', 1_700_000_011);
    expect(await answer('acct_apps')).toBe(403);
    expect(await cleaned('acct_apps')).toHaveLength(1);
  });
});
