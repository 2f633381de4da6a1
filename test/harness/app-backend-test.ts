import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { TestApp } from './app.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './stack.js';
import { StoreWatch } from './store-watch.js';
import { StripeStandIn } from './stripe-stand-in.js';

export const APP_SECRET = 'absec_newest';

/** Who the UI extension's user is. */
export const identity = { user_id: 'usr_1', account_id: 'acct_installed' };
export const admin = { stripe_roles: [{ id: 'admin', name: 'Administrator', type: 'builtIn' }] };

/** How a request is signed; `headers` override or, with `undefined`, remove those of a correct one. */
export interface Signing {
  secret?: string | string[];
  /** Seconds since 1970; default: now. */
  timestamp?: number;
  headers?: Record<string, string | undefined>;
}

export interface AppAnswer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** An application with an app back end, a stand-in for Stripe, and the app installed on one account. */
export function appBackendTest(features: Type[] = [], env: Record<string, string> = {}) {
  let database: TestDatabase;
  let watch: StoreWatch;
  let app: TestApp;
  let stripe: StripeStandIn;

  beforeAll(async () => {
    [database, stripe] = await Promise.all([createDatabase(), StripeStandIn.start()]);
    watch = await StoreWatch.open(database.url);
    await watch.query(
      `INSERT INTO app_installation VALUES ('acct_installed', false, true, 'ca_1', now()), ('acct_live_only', true, true, 'ca_1', now())`,
    );
    app = await TestApp.start({
      databaseUrl: database.url,
      redisUrl: redisUrl(),
      prefix: uniquePrefix(),
      features,
      env: {
        STRIPE_APP_SECRETS: `${APP_SECRET},absec_old`,
        STRIPE_SECRET_KEY: 'sk_test_secret',
        STRIPE_API_BASE: stripe.url,
        STRIPE_TIMEOUT_MS: '2000',
        ...env,
      },
    });
  });
  beforeEach(() => {
    stripe.calls.length = 0;
  });
  afterAll(async () => {
    await app.stop();
    stripe.stop();
    await watch.close();
    await database.drop();
  });

  const post = async (
    path: string,
    sent: string | Uint8Array<ArrayBuffer>,
    signed: string | Uint8Array,
    signing: Signing = {},
  ): Promise<AppAnswer> => {
    const { secret = APP_SECRET, timestamp, headers: changes = {} } = signing;
    const request = signedRequest({ body: signed, secret, ...(timestamp !== undefined && { timestamp }) });
    const headers = new Headers(request.headers);
    for (const [name, value] of Object.entries(changes)) {
      if (value === undefined) headers.delete(name);
      else headers.set(name, value);
    }
    // As bytes: `fetch` would make up a Content-Type for a string.
    const body = typeof sent === 'string' ? new TextEncoder().encode(sent) : sent;
    const response = await fetch(app.url + path, { method: 'POST', body, headers });
    const answer = (await response.json()) as Record<string, unknown>;
    return { status: response.status, headers: response.headers, body: answer };
  };

  return {
    get app() {
      return app;
    },
    get stripe() {
      return stripe;
    },
    get watch() {
      return watch;
    },
    /** `fetchStripeSignature(payload)`: the body itself is signed. */
    postSigned: (path: string, payload: object, signing: Signing & { as?: object } = {}) => {
      const body = JSON.stringify({ ...payload, ...(signing.as ?? identity) });
      return post(path, body, body, signing);
    },
    /** `fetchStripeSignature()`: only who asks is signed, whatever else the body says. */
    postIdentity: (path: string, unsigned: object = {}, signing: Signing & { as?: object } = {}) => {
      const who = signing.as ?? identity;
      return post(path, JSON.stringify({ ...unsigned, ...who }), JSON.stringify(who), signing);
    },
    /** Sends one thing and signs another. */
    post,
  };
}
