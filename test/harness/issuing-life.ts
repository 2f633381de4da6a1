import type Stripe from 'stripe';
import { createEvent } from '../../src/event-factories/create-event.js';
import { stripeId } from '../../src/event-factories/stripe-id.js';
import { authorizationRequest, type issuingTest } from './issuing-test.js';

type Test = ReturnType<typeof issuingTest>;
type Authorization = Stripe.Issuing.Authorization;
type Entry = Authorization['request_history'][number];

/** What Stripe says that it did with one request. */
export interface Applied {
  reason: string;
  amount: number;
  /** Default: what the reason says. */
  approved?: boolean;
  /** Seconds since the authorization began. Default: in the order of the list. */
  at?: number;
}

/** What Stripe reports of an authorization. */
export interface Report {
  status: Authorization['status'];
  amount: number;
  approved?: boolean;
  history: Applied[];
}

/** The life of one authorization, as Stripe would tell it. Times are seconds since it began. */
export class AuthorizationLife {
  readonly id = stripeId('iauth');
  readonly card: string;
  private readonly began = Math.floor(Date.now() / 1_000) - 1_000;

  constructor(
    private readonly test: Test,
    card?: string,
  ) {
    this.card = card ?? stripeId('ic');
  }

  request(amount: number, at: number, more: Parameters<typeof authorizationRequest>[1] = {}) {
    const { id: authorization, card } = this;
    return authorizationRequest(amount, { authorization, card, created: this.began + at, ...more });
  }

  /** Has a request decided. */
  async ask(amount: number, at: number, more: Parameters<typeof authorizationRequest>[1] = {}) {
    return (await this.test.authorize(this.request(amount, at, more))).body;
  }

  /** An event that says how the authorization stands. */
  report({ status, amount, approved = true, history }: Report, at: number): object {
    const created = this.began + at;
    const event = createEvent('issuing_authorization.created', {
      created,
      object: {
        id: this.id,
        status,
        amount,
        approved,
        card: { id: this.card },
        request_history: history.map((applied, i) => this.entry(applied, i)),
      },
    });
    return at === 0 ? event : { ...event, type: 'issuing_authorization.updated' };
  }

  /** An event of a capture; refunds are negative. */
  capture(amount: number, at: number, id = stripeId('ipi')): object {
    return createEvent('issuing_transaction.created', {
      created: this.began + at,
      object: { id, authorization: this.id, card: this.card, amount: -amount },
    });
  }

  /** Delivers events as Stripe does, to the ordinary endpoint, and waits until they were handled. */
  async deliver(...events: object[]): Promise<void> {
    for (const event of events) {
      const { status } = await this.test.app.deliver({ event });
      if (status !== 200) throw new Error(`The event was answered ${status}`);
    }
    const runs = await this.test.watch.untilFinished(events.map((event) => (event as { id: string }).id));
    const failed = runs.filter(({ status }) => status !== 'succeeded');
    if (failed.length > 0) throw new Error(`Not handled: ${JSON.stringify(failed)}`);
  }

  /** What the ledger says of its decisions, oldest first. */
  decisions() {
    return this.test.watch.query<{
      granted: number;
      held: number;
      outcome: string;
      applied: string | null;
    }>(
      `SELECT granted::int, held::int, outcome, applied_reason AS applied FROM issuing_decision
       WHERE authorization_id = $1 ORDER BY requested_at, decided_at`,
      [this.id],
    );
  }

  private entry({ reason, amount, approved, at }: Applied, index: number): Entry {
    const [sample] = createEvent('issuing_authorization.created').data.object.request_history;
    return {
      ...(sample as Entry),
      reason,
      amount,
      approved: approved ?? reason === 'webhook_approved',
      created: this.began + (at ?? index),
    };
  }
}
