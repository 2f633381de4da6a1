import { describe, expect, it } from '@jest/globals';
import { accountStory, storyEnd, type StoryEvent } from './connected-accounts-story.js';
import type { AppProcess } from '../harness/app-process.js';
import { CONNECT_SECRET, deliver } from '../harness/app.js';
import { faultTest } from '../harness/fault-test.js';

const ACCOUNT = 'acct_crash';

describe('what is known of connected accounts', () => {
  const scene = faultTest();
  // Only this feature: so the variable is tested in a real process, too.
  const start = () => scene.start({ FEATURES: 'connected-accounts', WORKER_CONCURRENCY: '20' });
  const send = async (app: AppProcess, events: StoryEvent[]) => {
    for (const event of events) {
      const answer = await deliver(app.url, { event, path: '/connect-webhook', secret: CONNECT_SECRET });
      expect(answer.status).toBe(200);
    }
  };

  it('is complete and noted once when the worker is killed in the middle of the work', async () => {
    const events = accountStory(ACCOUNT).toReversed();
    const first = events.slice(0, 8);
    const worker = await start();
    await send(worker, first);
    await scene.watch.untilFinished(first.map(({ id }) => id));
    await scene.roadblock.lock('SELECT FROM connected_account WHERE account = $1 FOR UPDATE', [ACCOUNT]);
    await send(worker, events.slice(8));
    await scene.roadblock.untilWaiting(); // its events are noted, and nothing is committed
    await worker.stop('SIGKILL');
    await scene.roadblock.lift();
    await scene.timePasses();
    await start();
    const ids = events.map(({ id }) => id);
    const runs = await scene.watch.untilFinished(ids);
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['succeeded']));
    const lost = await scene.watch.query(`SELECT run_id FROM handler_attempt WHERE outcome = 'lost'`);
    expect(lost.length).toBeGreaterThan(0);
    const noted = await scene.watch.query<{ event_id: string }>(
      'SELECT event_id FROM connected_account_event',
    );
    expect(noted.map((row) => row.event_id).toSorted()).toEqual(ids.toSorted());
    const rows = await scene.watch.query(
      `SELECT livemode, charges_enabled AS "chargesEnabled", payouts_enabled AS "payoutsEnabled",
              details_submitted AS "detailsSubmitted", requirements, capabilities,
              external_accounts AS "externalAccounts", persons, attention,
              deauthorized_at AS "deauthorizedAt", seen_at AS "seenAt"
       FROM connected_account ORDER BY livemode DESC`,
    );
    expect(JSON.parse(JSON.stringify(rows))).toEqual(storyEnd);
  });
});
