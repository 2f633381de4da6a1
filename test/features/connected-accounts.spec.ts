import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEvent } from '../../src/event-factories/create-event.js';
import { ConnectedAccountsModule } from '../../src/features/connected-accounts/connected-accounts.module.js';
import { accountStory, storyEnd, storyTime } from './connected-accounts-story.js';
import { adminTest } from '../harness/admin-test.js';
import { CONNECT_SECRET } from '../harness/app.js';
import { inParallel, interleaved, shuffled } from '../harness/overtaking.js';

const SEED = 20_261_122;
const ORDERS = 100;

interface Change {
  eventId: string;
  type: string;
  created: string;
  part: string;
  changes: object[];
}

describe('what is known of a connected account', () => {
  const test = adminTest([ConnectedAccountsModule], { WORKER_CONCURRENCY: '30' });

  const deliver = async (event: object) => {
    const answer = await test.deliver({ event, path: '/connect-webhook', secret: CONNECT_SECRET });
    expect(answer.status).toBe(200);
  };
  const handled = async (...events: { id: string }[]) => {
    for (const event of events) {
      await deliver(event);
      await test.watch.untilFinished([event.id]);
    }
  };
  const allHandled = () =>
    test.watch.until<{ open: boolean }>(
      `SELECT EXISTS (SELECT FROM handler_run WHERE status IN ('pending', 'running', 'retrying')) AS open`,
      [],
      ([row]) => row?.open === false,
    );
  const show = async (account: string, livemode = false) => {
    const { body } = await test.call('GET', `connected-accounts/${account}?livemode=${livemode}&limit=200`);
    const { history, next, ...known } = body as { history: Change[]; next: string | null };
    expect(next).toBeNull();
    return { known, history };
  };

  it('is the same after 100 random orders of its events, some of them delivered twice', async () => {
    const random = fc.tuple(fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.nat(5)));
    const stories = fc.sample(random, { numRuns: ORDERS, seed: SEED }).map(([ranks, dice], i) => {
      const events = accountStory(`acct_shuffled${i}`);
      const again = events.filter(() => dice.next().value === 0);
      return shuffled([...events, ...again], ranks);
    });
    await inParallel(interleaved(stories), deliver);
    await allHandled();
    const histories = new Set<string>();
    await inParallel([...stories.keys()], async (i) => {
      const account = `acct_shuffled${i}`;
      for (const end of storyEnd) {
        const { known, history } = await show(account, end.livemode);
        expect(known).toEqual({ account, ...end });
        histories.add(contentOf(history));
      }
    });
    expect(histories.size).toBe(storyEnd.length);
    expect(await test.watch.query(`SELECT id FROM handler_run WHERE status <> 'succeeded'`)).toEqual([]);
  }, 240_000);

  it('stays as it is when all its events are replayed', async () => {
    const events = accountStory('acct_replayed');
    await inParallel(events, deliver);
    await allHandled();
    const before = await Promise.all([true, false].map((livemode) => show('acct_replayed', livemode)));
    await inParallel(events, async ({ id }) => {
      const { body } = await test.call('POST', `events/${id}/replay`, { body: { includeSucceeded: true } });
      const { runs } = body as { runs: object[] };
      expect(runs.length).toBeGreaterThan(0);
      for (const run of runs) expect(run).toMatchObject({ outcome: 'replayed', generation: 2 });
    });
    await allHandled();
    const after = await Promise.all([true, false].map((livemode) => show('acct_replayed', livemode)));
    expect(after).toEqual(before);
  });

  it('has a history that says what each event changed, newest first', async () => {
    await inParallel(accountStory('acct_history'), deliver);
    await allHandled();
    const { history } = await show('acct_history', true);
    const times = history.map(({ created }) => created);
    expect(times).toEqual(times.toSorted().toReversed());
    expect(history).toContainEqual({
      eventId: expect.any(String),
      type: 'account.updated',
      created: storyTime(3),
      part: 'account',
      changes: [
        { path: 'detailsSubmitted', from: false, to: true },
        {
          path: 'requirements.currentlyDue',
          from: ['business_profile.url', 'external_account'],
          to: ['business_profile.url'],
        },
      ],
    });
    expect(history[0]).toMatchObject({
      part: 'person:person_owner',
      changes: [{ path: 'deleted', to: true }],
    });
    const page = async (after: string) =>
      (await test.call('GET', `connected-accounts/acct_history?livemode=true&limit=5${after}`)).body as {
        history: Change[];
        next: string | null;
      };
    const paged: Change[] = [];
    for (let next: string | null = ''; next !== null;) {
      const { history: some, next: more }: Awaited<ReturnType<typeof page>> = await page(
        next && `&after=${next}`,
      );
      paged.push(...some);
      next = more;
    }
    expect(paged).toEqual(history);
  });

  it('is what the last of several changes in one second left, whichever of them comes or is named last', async () => {
    for (const [i, [first, second]] of [
      ['a', 'b'],
      ['b', 'a'],
    ].entries()) {
      const account = `acct_same_second${i}`;
      const becomes = (payouts_enabled: boolean, name = '', created = 1_700_000_000) =>
        createEvent('account.updated', {
          id: `evt_${name}_${i}`,
          account,
          created,
          object: { payouts_enabled },
          previousAttributes: { payouts_enabled: !payouts_enabled },
        });
      await handled(becomes(true, second), becomes(true, 'earlier', 1_699_999_999), becomes(false, first));
      expect((await show(account)).known).toMatchObject({ payoutsEnabled: true, attention: [] });
    }
  });

  it('is kept also where it is text that only JSON can hold', async () => {
    const account = 'acct_odd';
    const odd = 'a\0b\ud800';
    await handled(
      createEvent('account.external_account.updated', { account, object: { id: 'ba_odd', bank_name: odd } }),
      createEvent('account.updated', {
        account,
        object: { requirements: { disabled_reason: odd } as object },
      }),
    );
    const { known } = await show(account);
    expect(known).toMatchObject({ requirements: { disabledReason: odd }, externalAccounts: [{ name: odd }] });
  });
});

/** Within a second a history is in the order of the ids, which are others for each account. */
const contentOf = (history: Change[]): string =>
  JSON.stringify(history.map(({ eventId: _, ...rest }) => JSON.stringify(rest)).toSorted());
