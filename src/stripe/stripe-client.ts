import { Inject, Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { Problem } from '../http/problem.js';

/** Stripe's API, for what has to call it. Turnpike itself receives and runs without it. */
@Injectable()
export class StripeClient {
  private readonly options: Stripe.StripeConfig;
  private platform: Stripe | undefined;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    const base = config.STRIPE_API_BASE ? new URL(config.STRIPE_API_BASE) : undefined;
    this.options = {
      // Stripe's library waits 80 s by default, longer than a handler may take.
      timeout: config.STRIPE_TIMEOUT_MS,
      maxNetworkRetries: 2,
      telemetry: false,
      // One set of connections for the clients of all accounts.
      httpClient: Stripe.createNodeHttpClient(),
      ...(base && {
        host: base.hostname,
        port: base.port || undefined,
        protocol: base.protocol === 'http:' ? 'http' : 'https',
      }),
    };
  }

  /** The platform's own account. @throws Problem 503 naming the variable to set when there is no key */
  get stripe(): Stripe {
    this.platform ??= new Stripe(this.key(), this.options);
    return this.platform;
  }

  /** A client whose every call carries `Stripe-Account`. @throws Problem 503 when there is no key */
  as(account: string): Stripe {
    return new Stripe(this.key(), { ...this.options, stripeAccount: account });
  }

  private key(): string {
    const { STRIPE_SECRET_KEY: key } = this.config;
    if (key) return key;
    throw new Problem(
      503,
      'stripe_key_missing',
      'Calling Stripe needs a key: set STRIPE_SECRET_KEY, for example STRIPE_SECRET_KEY=rk_live_…',
    );
  }
}
