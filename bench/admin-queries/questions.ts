import type { EventFilter } from '../../src/event-store/event-search.js';

const DAY_MS = 86_400_000;
const ago = (days: number) => new Date(Date.now() - days * DAY_MS);
const number = (n: number) => String(n).padStart(9, '0');

/** What an operator asks for, by name. Ids in the middle of `events` events. */
export const questions = (events: number): Record<string, EventFilter> => ({
  'no filter': {},
  'type, common': { type: 'payment_intent.succeeded' },
  'type, 20 events': { type: 'payout.failed' },
  'type, none': { type: 'payout.nonesuch' },
  'type prefix': { type: 'payment_intent.*' },
  'type prefix, none': { type: 'nonesuch.*' },
  'source, common': { source: 'connect' },
  'source, 3 %': { source: 'issuing' },
  'test mode, 10 %': { livemode: false },
  'account, common': { account: 'acct_0' },
  'account, 20 events': { account: 'acct_rare' },
  'account, none': { account: 'acct_nonesuch' },
  'key of 3 accounts': { accounts: ['acct_0', 'acct_rare', 'acct_7'] },
  'status succeeded': { status: 'succeeded' },
  'status dead, 0.2 %': { status: 'dead' },
  'status retrying, 20 events': { status: 'retrying' },
  'status running, none': { status: 'running' },
  handler: { handler: 'feature.handler3' },
  'handler, none': { handler: 'feature.nonesuch' },
  'handler and status': { handler: 'feature.handler3', status: 'dead' },
  'error group': { handler: 'feature.handler8', fingerprint: 'rare' },
  object: { object: `pi_${number(Math.floor(events / 8))}Object` },
  'object, none': { object: 'pi_nonesuch' },
  'id of an event, none': { id: 'evt_nonesuch' },
  'id of an object': { id: `pi_${number(Math.floor(events / 8))}Object` },
  'id in the payload': { id: `cus_${number(Math.floor(events / 40))}Customer` },
  'id of an account, common': { id: 'acct_0' },
  'created, a month': { createdFrom: ago(90), createdBefore: ago(60) },
  'created, before all': { createdBefore: ago(800) },
  'received, a month': { receivedFrom: ago(90), receivedBefore: ago(60) },
  'received, ever': { receivedFrom: ago(800) },
  'received, nothing yet': { receivedFrom: ago(-2) },
  'type and account': { type: 'payment_intent.succeeded', account: 'acct_0' },
  'type and key of 3 accounts': {
    type: 'payment_intent.succeeded',
    accounts: ['acct_0', 'acct_rare', 'acct_7'],
  },
  'type and rare account': { type: 'payment_intent.succeeded', account: 'acct_rare' },
  'type and status dead': { type: 'payment_intent.succeeded', status: 'dead' },
  'type prefix and test mode': { type: 'payment_intent.*', livemode: false },
  'account and status dead': { account: 'acct_0', status: 'dead' },
  'account and received': { account: 'acct_0', receivedFrom: ago(90), receivedBefore: ago(60) },
  'status retrying and received': { status: 'retrying', receivedFrom: ago(800) },
});
