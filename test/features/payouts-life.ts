import type Stripe from 'stripe';
import { createEvent } from '../../src/event-factories/create-event.js';
import { stripeId } from '../../src/event-factories/stripe-id.js';
import { CONNECT_SECRET, type Delivery } from '../harness/app.js';

const DAY = 86_400;

/** Midnight in UTC, some days from now: what Stripe has as the date of arrival. */
export const arrivalIn = (days: number): number => (Math.floor(Date.now() / 1_000 / DAY) + days) * DAY;

export type PayoutStep = 'created' | 'updated' | 'paid' | 'failed' | 'canceled';

interface Facts {
  account?: string | undefined;
  livemode?: boolean;
  amount?: number;
  currency?: string;
  destination?: string;
  /** Seconds since 1970. */
  created?: number;
  arrival?: number;
}

const STATUS: Record<PayoutStep, string> = {
  created: 'pending',
  updated: 'in_transit',
  paid: 'paid',
  failed: 'failed',
  canceled: 'canceled',
};

/** The life of one payout, as Stripe tells it. */
export class PayoutLife {
  readonly id = stripeId('po');
  readonly account: string | undefined;
  readonly destination: string;
  readonly created: number;
  private readonly facts: Facts;

  constructor(facts: Facts = {}) {
    this.facts = facts;
    this.account = 'account' in facts ? facts.account : stripeId('acct');
    this.destination = facts.destination ?? stripeId('ba');
    this.created = facts.created ?? Math.floor(Date.now() / 1_000) - 600;
  }

  /** @param at - seconds after the payout was made */
  event(step: PayoutStep, at = 0, object: Partial<Stripe.Payout> = {}) {
    const { livemode = true, amount = 12_600, currency = 'usd', arrival = arrivalIn(2) } = this.facts;
    const event = createEvent(step === 'failed' ? 'payout.failed' : 'payout.paid', {
      account: this.account,
      livemode,
      created: this.created + at,
      object: {
        id: this.id,
        amount,
        currency,
        created: this.created,
        arrival_date: arrival,
        destination: this.destination,
        status: STATUS[step],
        ...object,
      },
    });
    return { ...event, type: `payout.${step}` };
  }
}

/** Delivers where it belongs: events of connected accounts at the Connect endpoint. */
export const asConnect = (event: object): Delivery =>
  'account' in event ? { event, path: '/connect-webhook', secret: CONNECT_SECRET } : { event };
