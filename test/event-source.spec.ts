import { expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { createThinEvent } from '../src/event-factories/create-thin-event.js';
import { CONNECT_SECRET, DIRECT_SECRET } from './harness/app.js';
import { inboundTest } from './harness/inbound-test.js';

/** `account` says where an event belongs, whatever route and secret it came by; a contradiction is counted. */

const test = inboundTest();

const account = 'acct_1Elsewhere';
const kinds = [
  { kind: 'snapshot', make: (options: object) => createEvent('customer.created', options) },
  {
    kind: 'thin',
    make: (options: object) => createThinEvent('v1.billing.meter.error_report_triggered', options),
  },
];

it.each(
  [
    { path: '/webhook', secret: DIRECT_SECRET, belongsTo: 'direct', misroutedAt: undefined },
    { path: '/webhook', secret: DIRECT_SECRET, belongsTo: 'connect', misroutedAt: 'direct' },
    { path: '/connect-webhook', secret: CONNECT_SECRET, belongsTo: 'connect', misroutedAt: undefined },
    { path: '/connect-webhook', secret: CONNECT_SECRET, belongsTo: 'direct', misroutedAt: 'connect' },
    { path: '/webhooks', secret: DIRECT_SECRET, belongsTo: 'direct', misroutedAt: undefined },
    { path: '/webhooks', secret: DIRECT_SECRET, belongsTo: 'connect', misroutedAt: 'direct' },
    { path: '/webhooks', secret: CONNECT_SECRET, belongsTo: 'connect', misroutedAt: undefined },
    { path: '/webhooks', secret: CONNECT_SECRET, belongsTo: 'direct', misroutedAt: 'connect' },
  ].flatMap((row) => kinds.map((kind) => ({ ...row, ...kind }))),
)(
  'a $kind event of source $belongsTo on $path, signed by $secret, is stored as such; counted as misrouted at: $misroutedAt',
  async ({ path, secret, belongsTo, misroutedAt, make }) => {
    const misrouted = (labels: Record<string, string>) =>
      test.metric('turnpike_misrouted_events_total', labels);
    const labels = { endpoint: misroutedAt ?? '', source: belongsTo };
    const before = { all: await misrouted({}), here: await misrouted(labels) };
    const event = make(belongsTo === 'connect' ? { account } : {});

    const answer = await test.app.deliver({ path, secret, event });

    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { received: true } });
    expect(await test.stored(event.id)).toMatchObject([
      { source: belongsTo, account: belongsTo === 'connect' ? account : null },
    ]);
    const counted = misroutedAt === undefined ? 0 : 1;
    expect(await misrouted({})).toBe(before.all + counted);
    expect(await misrouted(labels)).toBe(before.here + counted);
  },
);
