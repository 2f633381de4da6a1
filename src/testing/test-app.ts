import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { loadConfig } from '../config/env.js';
import { createApp } from '../create-app.js';
import { signedRequest } from '../event-factories/signed-request.js';
import type { Logger } from '../logging/logger.js';

export const DIRECT_SECRET = 'whsec_direct_newest';
export const CONNECT_SECRET = 'whsec_connect_newest';

/** Servers and overrides for one application under test. */
export interface AppOptions {
  databaseUrl: string;
  redisUrl: string;
  prefix: string;
  /** Variables beyond the test defaults. */
  env?: Record<string, string>;
  /** Modules with handlers instead of the product's own. */
  features?: Type[];
  /** Takes the log, whatever its level in the variables. */
  logger?: Logger;
}

/** The variables of an application under test. */
export const testEnvironment = ({
  databaseUrl,
  redisUrl,
  prefix,
  env,
}: AppOptions): Record<string, string> => ({
  NODE_ENV: 'test',
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'silent',
  DATABASE_URL: databaseUrl,
  REDIS_URL: redisUrl,
  QUEUE_PREFIX: prefix,
  STRIPE_DIRECT_WEBHOOK_SECRETS: DIRECT_SECRET,
  STRIPE_CONNECT_WEBHOOK_SECRETS: CONNECT_SECRET,
  SWEEP_GRACE_MS: '500',
  ADMIN_REQUESTS_PER_MINUTE: '1000000',
  ADMIN_FAILED_LOGINS_PER_MINUTE: '1000000',
  ...env,
});

/** What a test posts: an event or exact bytes, signed unless `headers` says otherwise. */
export interface Delivery {
  path?: string;
  event?: object;
  body?: string | Uint8Array;
  secret?: string | string[];
  /** Seconds since 1970; default: now. */
  timestamp?: number;
  /** Override or, with `undefined`, remove headers. */
  headers?: Record<string, string | undefined>;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** Posts like Stripe does. */
export async function deliver(baseUrl: string, delivery: Delivery): Promise<Answer> {
  const { path = '/webhook', event, body, secret = DIRECT_SECRET, timestamp } = delivery;
  const content = event === undefined ? { body: body ?? '' } : { event };
  const signed = signedRequest({ ...content, secret, ...(timestamp !== undefined && { timestamp }) });
  const headers = new Headers(signed.headers);
  for (const [name, value] of Object.entries(delivery.headers ?? {})) {
    if (value === undefined) headers.delete(name);
    else headers.set(name, value);
  }
  const response = await fetch(baseUrl + path, {
    method: 'POST',
    body: new Uint8Array(signed.body),
    headers,
  });
  return {
    status: response.status,
    headers: response.headers,
    body: (await response.json()) as Record<string, unknown>,
  };
}

/** One running application, in this process, on a port of its own. */
export class TestApp {
  private constructor(
    readonly nest: NestExpressApplication,
    readonly url: string,
  ) {}

  static async start(options: AppOptions): Promise<TestApp> {
    const app = await createApp(loadConfig(testEnvironment(options)), options.features, options.logger);
    await app.listen(0, '127.0.0.1');
    return new TestApp(app, await app.getUrl());
  }

  deliver(delivery: Delivery): Promise<Answer> {
    return deliver(this.url, delivery);
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.url}/metrics`)).text();
  }

  /** Scrapes until a line is there: what follows a commit is counted a moment after others can see the commit. */
  async metricsWith(line: string): Promise<string> {
    for (;;) {
      const scrape = await this.metrics();
      if (scrape.includes(line)) return scrape;
    }
  }

  async stop(): Promise<void> {
    await this.nest.close();
  }
}
