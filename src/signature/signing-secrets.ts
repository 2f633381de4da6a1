import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';

/** The inbound Stripe endpoints that have signing secrets of their own. */
export type Endpoint = 'direct' | 'connect' | 'issuing';

export interface SigningSecret {
  value: string;
  /** The first eight hex digits of its SHA-256: tells secrets apart in logs, metrics and the store. */
  fingerprint: string;
  /** Both when one secret serves both, as with `stripe listen`. */
  endpoints: Endpoint[];
  /** Whether it is the newest secret of an endpoint: the others are there for the time of a roll. */
  newest: boolean;
}

/** The secrets of each endpoint, newest first. */
@Injectable()
export class SigningSecrets {
  private readonly byEndpoint: Record<Endpoint, readonly string[]>;
  private readonly byRoute = new Map<string, SigningSecret[]>();

  constructor(@Inject(CONFIG) config: Config) {
    this.byEndpoint = {
      direct: config.STRIPE_DIRECT_WEBHOOK_SECRETS,
      connect: config.STRIPE_CONNECT_WEBHOOK_SECRETS,
      issuing: config.STRIPE_ISSUING_WEBHOOK_SECRETS,
    };
  }

  /** The secrets that may sign a request to a route which serves these endpoints; each once. */
  of(endpoints: readonly Endpoint[]): SigningSecret[] {
    const route = endpoints.join('+');
    const secrets = this.byRoute.get(route) ?? this.describe(endpoints);
    this.byRoute.set(route, secrets);
    return secrets;
  }

  private describe(endpoints: readonly Endpoint[]): SigningSecret[] {
    const values = [...new Set(endpoints.flatMap((endpoint) => this.byEndpoint[endpoint]))];
    return values.map((value) => {
      const owners = endpoints.filter((endpoint) => this.byEndpoint[endpoint].includes(value));
      return {
        value,
        fingerprint: createHash('sha256').update(value).digest('hex').slice(0, 8),
        endpoints: owners,
        newest: owners.some((endpoint) => this.byEndpoint[endpoint][0] === value),
      };
    });
  }
}
