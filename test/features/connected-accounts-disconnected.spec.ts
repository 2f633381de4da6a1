import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import type { HandlerOptions, OutsideContext } from '../../src/event-handlers/index.js';
import { ConnectedAccountsModule } from '../../src/features/connected-accounts/connected-accounts.module.js';
import { CONNECT_SECRET, type TestApp } from '../harness/app.js';
import { processingTest } from '../harness/processing-test.js';
import { Gate, scripted, scriptedOutside } from '../harness/scripted-handlers.js';
import { StripeStandIn } from '../harness/stripe-stand-in.js';

const NOW = 1_700_000_000;
const quick: Partial<HandlerOptions> = { backoff: { baseMs: 5, maxMs: 20 }, attempts: 1_000_000 };

describe('an account that was disconnected', () => {
  const test = processingTest();
  let stripe: StripeStandIn;

  beforeAll(async () => {
    stripe = await StripeStandIn.start();
  });
  afterAll(() => stripe.stop());

  /** An application with a handler that calls Stripe for the account, and succeeds only if Stripe does. */
  const start = async (
    before: (ctx: OutsideContext) => Promise<void> = async () => undefined,
  ): Promise<TestApp> => {
    stripe.calls.length = 0;
    const calls = scriptedOutside({ id: 'calls', ...quick }, async (_event, ctx) => {
      await before(ctx);
      await ctx.fetchLatest();
    });
    const env = { STRIPE_SECRET_KEY: 'sk_test_x', STRIPE_API_BASE: stripe.url };
    return test.start([ConnectedAccountsModule, calls], env);
  };
  const deliver = async (app: TestApp, event: object) => {
    await app.deliver({ event, path: '/connect-webhook', secret: CONNECT_SECRET });
  };
  const handled = async (app: TestApp, event: { id: string }) => {
    await deliver(app, event);
    return test.watch.untilFinished([event.id]);
  };
  const paid = (account: string, created: number, livemode = false) =>
    createEvent('payment_intent.succeeded', { account, created, livemode });
  const left = (account: string, created: number) =>
    createEvent('account.application.deauthorized', { account, created });
  const reasonOf = async (eventId: string) => {
    const rows = await test.watch.query<{ last_error: string }>(
      `SELECT last_error FROM handler_run WHERE event_id = $1 AND handler_id = 'calls'`,
      [eventId],
    );
    return rows[0]?.last_error;
  };
  const callsFor = (account: string) => stripe.calls.filter((call) => call.account === account);

  it('has its queued and retrying runs end as skipped, and Stripe is not called for it any more', async () => {
    stripe.behaviour = () => ({ status: 500, body: { error: { type: 'api_error', message: 'down' } } });
    const app = await start();
    const waiting = [paid('acct_leaves', NOW - 60), paid('acct_leaves', NOW)];
    for (const event of waiting) await deliver(app, event);
    await test.watch.until(
      `SELECT id FROM handler_run WHERE event_id = ANY ($1) AND attempts > 0`,
      [waiting.map(({ id }) => id)],
      (rows) => rows.length === waiting.length,
    );
    const ended = await handled(app, left('acct_leaves', NOW));
    expect(ended.map(({ handler_id, status }) => `${handler_id} ${status}`).toSorted()).toEqual([
      'app-backend.authorization succeeded',
      'connected-accounts.authorization succeeded',
    ]);
    const runs = await test.watch.untilFinished(waiting.map(({ id }) => id));
    expect(runs.map(({ status }) => status)).toEqual(['skipped', 'skipped']);
    expect(await reasonOf(waiting[0]?.id ?? '')).toBe(
      `The account acct_leaves was disconnected at ${new Date(NOW * 1000).toISOString()}: nothing is done for it any more`,
    );
    const calls = callsFor('acct_leaves').length;
    expect(calls).toBeGreaterThan(0);
    expect(await handled(app, paid('acct_leaves', NOW - 5))).toMatchObject([{ status: 'skipped' }]);
    expect(callsFor('acct_leaves')).toHaveLength(calls);
  });

  it('goes on in the other mode, and other accounts go on', async () => {
    stripe.behaviour = () => ({ status: 200, body: {} });
    const app = await start();
    await handled(app, left('acct_one_mode', NOW));
    expect(await handled(app, paid('acct_one_mode', NOW - 1, true))).toMatchObject([{ status: 'succeeded' }]);
    expect(await handled(app, paid('acct_one_mode', NOW - 1, false))).toMatchObject([{ status: 'skipped' }]);
    expect(await handled(app, paid('acct_other', NOW - 1))).toMatchObject([{ status: 'succeeded' }]);
    expect(callsFor('acct_one_mode')).toHaveLength(1);
  });

  it('is served again once it is connected again, be its authorization late or lost', async () => {
    stripe.behaviour = () => ({ status: 200, body: {} });
    const app = await start();
    await handled(app, left('acct_back', NOW));
    expect(await handled(app, paid('acct_back', NOW + 20))).toMatchObject([{ status: 'succeeded' }]);
    expect(await handled(app, paid('acct_back', NOW - 20))).toMatchObject([{ status: 'skipped' }]);
    await handled(
      app,
      createEvent('account.application.authorized', { account: 'acct_back', created: NOW + 10 }),
    );
    expect(await handled(app, paid('acct_back', NOW - 20))).toMatchObject([{ status: 'succeeded' }]);
    await handled(app, left('acct_back', NOW - 30));
    expect(await handled(app, paid('acct_back', NOW - 40))).toMatchObject([{ status: 'succeeded' }]);
  });

  it('has the handlers of its end called, and those that only keep records', async () => {
    const seen: string[] = [];
    const records = scripted({ id: 'records', actsForAccount: false }, async () => void seen.push('record'));
    const app = await test.start([ConnectedAccountsModule, records]);
    await handled(app, left('acct_recorded', NOW));
    await handled(app, paid('acct_recorded', NOW - 1));
    const late = createEvent('account.updated', { account: 'acct_recorded', created: NOW - 1 });
    expect(await handled(app, late)).toMatchObject([{ status: 'succeeded' }]);
    expect(seen).toEqual(['record']);
    const [row] = await test.watch.query(
      `SELECT deauthorized_at, charges_enabled FROM connected_account WHERE account = 'acct_recorded'`,
    );
    expect(row).toEqual({ deauthorized_at: new Date(NOW * 1000), charges_enabled: true });
  });

  it('has an attempt that is under way finished, and no other one made', async () => {
    stripe.behaviour = () => ({ status: 500, body: { error: { type: 'api_error', message: 'down' } } });
    const [atWork, goOn] = [new Gate(), new Gate()];
    const app = await start(async () => {
      atWork.open();
      await goOn.opened;
    });
    const event = paid('acct_at_work', NOW - 1);
    await deliver(app, event);
    await atWork.opened;
    await handled(app, left('acct_at_work', NOW));
    goOn.open();
    expect(await test.watch.untilFinished([event.id])).toMatchObject([{ status: 'skipped' }]);
    expect((await test.attemptsOf(event.id)).map(({ outcome }) => outcome)).toEqual(['failed', 'skipped']);
  });
});
