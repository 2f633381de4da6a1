import { Inject, Injectable } from '@nestjs/common';
import type Stripe from 'stripe';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { StripeClient } from '../stripe/stripe-client.js';
import type { SignedRequest } from './signed-request.js';

/** Stripe's API as one tenant: the account comes from the signature and from nowhere else. */
@Injectable()
export class TenantStripe {
  /** The mode of our key, and so of everything that this back end does. */
  readonly livemode: boolean;

  constructor(
    private readonly client: StripeClient,
    @Inject(CONFIG) config: Config,
  ) {
    this.livemode = /^[sr]k_live_/.test(config.STRIPE_SECRET_KEY ?? '');
  }

  /** A client whose every call carries `Stripe-Account: <the signed account>`. */
  for({ accountId }: SignedRequest): Stripe {
    return this.client.as(accountId);
  }
}
