import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import { createEvent, type FactoryType } from '../../src/event-factories/create-event.js';
import { CONNECT_SECRET, type Delivery } from '../harness/app.js';

export interface LifeEvent {
  id: string;
  type: string;
  created: number;
}

/** First second of every life. */
const START = 1_700_000_000;
export const AMOUNT = 4_200;

/** The time that a life calls `at`. */
export const lifeTime = (at: number): string => new Date((START + at) * 1000).toISOString();

interface Facts {
  /** Platform's own without it. */
  account?: string;
  livemode?: boolean;
}

/** What Stripe tells of one payment, event by event. Times are seconds since it began. */
export class OrderLife {
  readonly events: LifeEvent[] = [];
  readonly account: string;
  readonly livemode: boolean;

  constructor(
    readonly id: string,
    { account = '', livemode = true }: Facts = {},
  ) {
    this.account = account;
    this.livemode = livemode;
  }

  succeeded(at: number): this {
    return this.intent(at, 'succeeded', { amount_received: AMOUNT });
  }

  failed(at: number): this {
    return this.intent(at, 'payment_failed');
  }

  processing(at: number): this {
    return this.intent(at, 'processing');
  }

  canceled(at: number): this {
    return this.intent(at, 'canceled');
  }

  /** @param name - of the event, after `checkout.session.` */
  session(at: number, name: string, payment_status: string, more: object = {}): this {
    const object = {
      id: `cs_of_${this.id}`,
      mode: 'payment',
      payment_intent: this.id,
      amount_total: AMOUNT,
      created: START,
      customer: null,
      client_reference_id: `cart of ${this.id}`,
      metadata: { cart: '7', shared: 'session' },
      payment_status,
      ...more,
    };
    return this.tell(at, 'checkout.session.completed', `checkout.session.${name}`, object);
  }

  /** @param amount - that has gone back by then */
  refunded(at: number, amount: number, more: object = {}): this {
    const object = { amount_refunded: amount, refunded: amount === AMOUNT, ...more };
    return this.tell(at, 'charge.refunded', 'charge.refunded', this.mine(object));
  }

  /** A hold is given up. */
  released(at: number): this {
    return this.refunded(at, AMOUNT, { captured: false, amount_captured: 0 });
  }

  refundFailed(at: number, amount: number): this {
    const object = { object: 'refund', status: 'failed', id: `re_of_${this.id}`, amount };
    return this.tell(at, 'charge.refunded', 'refund.failed', this.mine(object));
  }

  dispute(at: number, name: 'created' | 'updated' | 'closed', status: string): this {
    const object = { id: `du_of_${this.id}`, status };
    return this.tell(at, 'charge.dispute.created', `charge.dispute.${name}`, this.mine(object));
  }

  private intent(at: number, name: string, more: object = {}): this {
    const like = name === 'succeeded' ? 'payment_intent.succeeded' : 'payment_intent.payment_failed';
    const buyer = { customer: 'cus_7', metadata: { order: '7', shared: 'intent' } };
    return this.tell(at, like, `payment_intent.${name}`, {
      id: this.id,
      created: START,
      amount: AMOUNT,
      ...buyer,
      ...more,
    });
  }

  private readonly mine = (object: object) => ({ payment_intent: this.id, ...object });

  private tell(at: number, like: FactoryType, type: string, object: object): this {
    const { id, account, livemode } = this;
    // Like Stripe's, the ids tell nothing of the order; and they are the same in every run of the test.
    const seed = `${id} ${account} ${livemode} ${this.events.length}`;
    const event = createEvent(like, {
      id: `evt_${createHash('sha256').update(seed).digest('hex').slice(0, 24)}`,
      created: START + at,
      account: account || undefined,
      livemode,
      object,
    });
    this.events.push({ ...event, type });
    return this;
  }
}

/** The same id means another order in another account or mode. */
export const keyOf = ({ id, account, livemode }: Pick<OrderLife, 'id' | 'account' | 'livemode'>): string =>
  `${id} ${account} ${livemode ? 'live' : 'test'}`;

/** Delivers where it belongs: events of connected accounts at the Connect endpoint. */
export const asSent = (event: object): Delivery =>
  'account' in event ? { event, path: '/connect-webhook', secret: CONNECT_SECRET } : { event };

const NOTHING: string[] = [];
const ISSUED = ['issued'];
const BOTH = ['issued', 'void'];

interface Ending {
  life: OrderLife;
  /** What must be known in the end. */
  end: Record<string, unknown>;
  /** What may have been done about it: whoever has paid back before, or is disputing, gets nothing. */
  journals: string[][];
}

/** What happens to some orders of a platform, in the order in which it happens, and how it ends. */
export function ordersStory(name: string): Ending[] {
  const id = `pi_${name}`;
  const account = `acct_${name}`;
  const delayed = new OrderLife(id, { account })
    .failed(0)
    .session(1, 'completed', 'unpaid')
    .succeeded(50)
    .session(50, 'async_payment_succeeded', 'paid')
    .refunded(60, 500)
    .refunded(60, 1_200)
    .dispute(70, 'created', 'warning_needs_response')
    .dispute(80, 'closed', 'warning_closed');
  return [
    {
      life: delayed,
      end: {
        state: 'partially_refunded',
        amountRefunded: 1_200,
        paidAt: lifeTime(50),
        reference: `cart of ${id}`,
        metadata: { cart: '7', order: '7', shared: 'intent' },
        disputes: [expect.objectContaining({ status: 'warning_closed', asOf: lifeTime(80) })],
      },
      journals: [ISSUED],
    },
    {
      life: new OrderLife(id, { account, livemode: false }).failed(0).canceled(5),
      end: { state: 'canceled', failure: null, paidAt: null },
      journals: [NOTHING],
    },
    {
      life: new OrderLife(id).session(3, 'completed', 'paid').succeeded(4).refunded(60, AMOUNT),
      end: { state: 'refunded', amountRefunded: AMOUNT, paidAt: lifeTime(3) },
      journals: [NOTHING, BOTH],
    },
    {
      life: new OrderLife(`${id}_lost`)
        .succeeded(1)
        .dispute(9, 'created', 'needs_response')
        .dispute(80, 'closed', 'lost'),
      end: { state: 'dispute_lost', disputes: [expect.objectContaining({ status: 'lost' })] },
      journals: [NOTHING, BOTH],
    },
    {
      life: new OrderLife(`${id}_won`, { account })
        .processing(0)
        .succeeded(1)
        .dispute(9, 'created', 'needs_response')
        .dispute(9, 'updated', 'under_review')
        .dispute(80, 'closed', 'won'),
      end: { state: 'paid', disputes: [expect.objectContaining({ status: 'won' })] },
      journals: [ISSUED],
    },
    {
      life: new OrderLife(`${id}_back`, { account })
        .succeeded(1)
        .refunded(20, AMOUNT)
        .refundFailed(30, AMOUNT),
      end: { state: 'paid', amountRefunded: 0 },
      journals: [NOTHING, ISSUED, BOTH],
    },
    {
      life: new OrderLife(`${id}_held`).canceled(5).released(5),
      end: { state: 'canceled', amountRefunded: 0 },
      journals: [NOTHING],
    },
  ];
}
