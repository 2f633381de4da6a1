import { createHash } from 'node:crypto';
import type Stripe from 'stripe';
import type { OutsideContext } from '../event-handlers/index.js';
import type { StripeClient } from '../stripe/stripe-client.js';
import type { ClaimedRun } from './claimed-run.js';
import { latestObjectPath } from './latest-object.js';
import type { RunStore } from './run-store.js';

/** The context of one attempt, without its transaction. */
export class RunContext implements OutsideContext {
  readonly runId: string;
  readonly attempt: number;
  readonly generation: number;
  readonly account?: string;
  readonly livemode: boolean;

  constructor(
    private readonly run: ClaimedRun,
    private readonly handlerId: string,
    readonly signal: AbortSignal,
    private readonly store: RunStore,
    private readonly client: StripeClient,
  ) {
    this.runId = run.id;
    this.attempt = run.attempts;
    this.generation = run.generation;
    if (run.account !== null) this.account = run.account;
    this.livemode = run.livemode;
  }

  isStale(): Promise<boolean> {
    return this.store.newerEventExists(this.run);
  }

  async fetchLatest<T>(): Promise<T> {
    const path = latestObjectPath(this.run);
    return (await this.client.stripe.rawRequest('GET', path, undefined, this.scope())) as T;
  }

  requestOptions(step: string): Stripe.RequestOptions {
    // The same for every attempt and every replay: Stripe then answers a repeated call with the first one's result.
    const { eventId } = this.run;
    const digest = createHash('sha256')
      .update(JSON.stringify([eventId, this.handlerId, step]))
      .digest('hex');
    return { ...this.scope(), idempotencyKey: `turnpike-${digest}` };
  }

  private scope(): Stripe.RequestOptions {
    const { account, context } = this.run;
    // https://docs.stripe.com/context: an organisation's events name their scope in `context`.
    if (context !== null) return { stripeContext: context };
    return account === null ? {} : { stripeAccount: account };
  }
}
