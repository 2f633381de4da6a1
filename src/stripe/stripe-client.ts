import { Inject, Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';

/** Stripe's API, for what has to call it. Turnpike itself receives and runs without it. */
@Injectable()
export class StripeClient {
  private readonly api: Stripe | undefined;

  constructor(@Inject(CONFIG) config: Config) {
    if (!config.STRIPE_SECRET_KEY) return;
    const base = config.STRIPE_API_BASE ? new URL(config.STRIPE_API_BASE) : undefined;
    this.api = new Stripe(config.STRIPE_SECRET_KEY, {
      // Stripe's library waits 80 s by default, longer than a handler may take.
      timeout: 20_000,
      maxNetworkRetries: 2,
      telemetry: false,
      ...(base && {
        host: base.hostname,
        port: base.port || undefined,
        protocol: base.protocol === 'http:' ? 'http' : 'https',
      }),
    });
  }

  /** @throws Error naming the variable to set when there is no key */
  get stripe(): Stripe {
    if (this.api) return this.api;
    throw new Error(
      'Calling Stripe needs a key: set STRIPE_SECRET_KEY, for example STRIPE_SECRET_KEY=rk_live_…',
    );
  }
}
