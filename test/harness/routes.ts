import { createEvent, type EventOptions } from '../../src/event-factories/create-event.js';
import { CONNECT_SECRET, DIRECT_SECRET } from './app.js';

/** One of the three ways in, with what a correct sender uses there. */
export interface Route {
  path: string;
  /** Its name in metrics. */
  endpoint: string;
  secret: string;
  source: 'direct' | 'connect';
  /** The connected account of its events. */
  account?: string;
}

/** Every route that takes Stripe events; the combined one appears once for each kind of sender. */
export const routes: readonly Route[] = [
  { path: '/webhook', endpoint: 'direct', secret: DIRECT_SECRET, source: 'direct' },
  {
    path: '/connect-webhook',
    endpoint: 'connect',
    secret: CONNECT_SECRET,
    source: 'connect',
    account: 'acct_1TestConnected',
  },
  { path: '/webhooks', endpoint: 'direct+connect', secret: DIRECT_SECRET, source: 'direct' },
];

/** A payment as this route's sender would report it. */
export const paymentFor = (route: Route, options: EventOptions<'payment_intent.succeeded'> = {}) =>
  createEvent('payment_intent.succeeded', {
    ...(route.account !== undefined && { account: route.account }),
    ...options,
  });
