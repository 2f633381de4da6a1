import { afterAll, beforeAll } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { PayoutsModule } from '../../src/features/payouts/payouts.module.js';
import { mailTest } from '../harness/mail-test.js';
import { asConnect } from './payouts-life.js';
import { StripeStandIn } from '../harness/stripe-stand-in.js';

export const PLATFORM = 'operations@platform.example.com';

/**
 * An application with the payouts module alone, a mail server, and a stand-in for Stripe that knows any account.
 *
 * @param emailAtStripe - the address that Stripe has for an account by now
 */
export function payoutsTest(env: Record<string, string> = {}, emailAtStripe = asked) {
  let stripe: StripeStandIn;
  const variables: Record<string, string> = {
    PLATFORM_ALERT_EMAIL: PLATFORM,
    STRIPE_SECRET_KEY: 'sk_test_payouts',
    ...env,
  };
  beforeAll(async () => {
    stripe = await StripeStandIn.start();
    variables.STRIPE_API_BASE = stripe.url;
    stripe.behaviour = ({ path }) => {
      const id = path.split('/').at(-1) ?? '';
      const { data } = createEvent('account.updated', { account: id, object: { email: emailAtStripe(id) } });
      return { status: 200, body: data.object };
    };
  });
  afterAll(() => stripe.stop());
  const mail = mailTest([PayoutsModule], variables);

  return {
    mail,
    get stripe() {
      return stripe;
    },
    get watch() {
      return mail.watch;
    },
    /** Delivers events one after another, each at its endpoint. */
    async deliver(...events: { id: string }[]): Promise<void> {
      for (const event of events) {
        const { status } = await mail.admin.deliver(asConnect(event));
        if (status !== 200) throw new Error(`Answered with ${status}`);
      }
    },
    /** Delivers events one after another and waits until all of them are handled. */
    async handled(...events: { id: string }[]): Promise<void> {
      await this.deliver(...events);
      await mail.watch.untilFinished(events.map(({ id }) => id));
    },
    /** The row of a payout. */
    payout: async (id: string) => {
      const [row] = await mail.watch.query(
        'SELECT status, amount::int, currency, arrival_date, destination, failure_code, livemode FROM payout WHERE id = $1',
        [id],
      );
      return row;
    },
    /** Whom the payout was told to, by kind. */
    notices: async (id: string): Promise<Record<string, string>> => {
      const rows = await mail.watch.query<{ kind: string; outcome: string }>(
        'SELECT kind, outcome FROM payout_notice WHERE payout = $1',
        [id],
      );
      return Object.fromEntries(rows.map(({ kind, outcome }) => [kind, outcome]));
    },
    /** Runs everything about an event again. */
    async replay(...events: { id: string }[]): Promise<void> {
      const ids = events.map(({ id }) => id);
      await mail.watch.query(
        `INSERT INTO handler_run (event_id, event_created, handler_id, generation, status, sweep_at)
         SELECT event_id, event_created, handler_id, max(generation) + 1, 'pending', clock_timestamp()
         FROM handler_run WHERE event_id = ANY($1) GROUP BY 1, 2, 3`,
        [ids],
      );
      await mail.watch.untilFinished(ids);
    },
  };
}

/** The address that the stand-in has for an account. */
export const asked = (account: string): string => `${account}@stripe.example.com`.toLowerCase();
