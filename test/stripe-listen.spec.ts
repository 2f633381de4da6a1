import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { createThinEvent } from '../src/event-factories/create-thin-event.js';
import { EffectModule } from './harness/effects.js';
import { inboundTest } from './harness/inbound-test.js';
import { RawConnection, requestHead } from './harness/raw-request.js';
import { ThinModule } from './harness/thin-handler.js';

/**
 * `stripe listen --all-snapshot --forward-to …/webhook --forward-connect-to …/connect-webhook` of Stripe CLI 1.52.0,
 * and `--all-thin` beside it. One secret signs both forwards. The request was recorded from that program: Stripe's
 * headers and body as they are, in the order in which Go writes them, and Go's `Accept-Encoding`.
 */
const CLI_SECRET = 'whsec_f3a1c0ffee5ec2e7f3a1c0ffee5ec2e7f3a1c0ffee5ec2e7f3a1c0ffee5ec2e7';

const test = inboundTest({
  env: { STRIPE_DIRECT_WEBHOOK_SECRETS: CLI_SECRET, STRIPE_CONNECT_WEBHOOK_SECRETS: CLI_SECRET },
  features: [EffectModule, ThinModule],
});

function forwarded(path: string, body: Buffer): string {
  const time = Math.floor(Date.now() / 1_000);
  const mac = createHmac('sha256', CLI_SECRET).update(`${time}.`).update(body).digest('hex');
  return requestHead(`POST ${path}`, [
    ['Host', 'localhost:4242'],
    ['User-Agent', 'Stripe/1.0 (+https://stripe.com/docs/webhooks)'],
    ['Content-Length', String(body.length)],
    ['Accept', '*/*; q=0.5, application/xml'],
    ['Cache-Control', 'no-cache'],
    ['Content-Type', 'application/json; charset=utf-8'],
    ['Stripe-Signature', `t=${time},v1=${mac},v0=${'6b'.repeat(32)}`],
    ['Accept-Encoding', 'gzip'],
  ]);
}

const account = 'acct_1CliConnected';

describe.each([
  { what: 'the platform’s own events', path: '/webhook', source: 'direct', options: {} },
  { what: 'events of connected accounts', path: '/connect-webhook', source: 'connect', options: { account } },
  { what: 'the platform’s own events', path: '/webhooks', source: 'direct', options: {} },
  { what: 'events of connected accounts', path: '/webhooks', source: 'connect', options: { account } },
])('stripe listen, forwarding $what to $path', ({ path, source, options }) => {
  let connection: RawConnection;

  beforeEach(async () => {
    connection = await RawConnection.open(test.app.url);
  });
  afterEach(() => connection.close());

  it.each([
    ['a snapshot event', createEvent('payment_intent.succeeded', options), 2],
    ['a thin event', createThinEvent('v2.core.account[requirements].updated', options), undefined],
  ])(
    'gets 200 for %s, which is stored as sent, told apart by its account and handled',
    async (_title, event, indent) => {
      const misrouted = await test.metric('turnpike_misrouted_events_total', { source });
      const body = Buffer.from(JSON.stringify(event, null, indent));
      await connection.write(forwarded(path, body), body);
      const answer = await connection.answer();
      expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { received: true } });
      // Go asks for gzip and undoes it by itself only where it asked by itself: the answer must be plain.
      expect(answer.headers.get('content-encoding')).toBeNull();
      const [row] = await test.stored(event.id);
      expect(row).toMatchObject({ source, account: options.account ?? null });
      expect(row?.payload.equals(body)).toBe(true);
      expect(await test.watch.untilFinished([event.id])).toMatchObject([{ status: 'succeeded' }]);
      expect(await test.effects(event.id)).toHaveLength(1);
      expect(await test.metric('turnpike_misrouted_events_total', { source })).toBe(misrouted);
    },
  );

  it('gets every event of a burst acknowledged on the connection that it keeps', async () => {
    const events = Array.from({ length: 5 }, () => createEvent('payment_intent.succeeded', options));
    for (const event of events) {
      const body = Buffer.from(JSON.stringify(event, null, 2));
      await connection.write(forwarded(path, body), body);
      expect((await connection.answer()).status).toBe(200);
    }
    const runs = await test.watch.untilFinished(events.map(({ id }) => id));
    expect(runs.map(({ status }) => status)).toEqual(events.map(() => 'succeeded'));
  });
});
