import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EmbeddedServices } from '../src/embedded/embedded-services.js';
import { signedRequest } from '../src/event-factories/signed-request.js';
import { TestApp } from './harness/app.js';
import { APP_SECRET, identity } from './harness/app-backend-test.js';
import { startPrivateStack, uniquePrefix } from './harness/stack.js';
import { StoreWatch } from './harness/store-watch.js';
import { StripeStandIn } from './harness/stripe-stand-in.js';

describe('the app back end while Redis is down', () => {
  let stack: EmbeddedServices;
  let stripe: StripeStandIn;
  let app: TestApp;

  beforeAll(async () => {
    [stack, stripe] = await Promise.all([startPrivateStack(), StripeStandIn.start()]);
    const watch = await StoreWatch.open(stack.databaseUrl);
    await watch.query(`INSERT INTO app_installation VALUES ('acct_installed', false, true, 'ca_1', now())`);
    await watch.close();
    app = await TestApp.start({
      databaseUrl: stack.databaseUrl,
      redisUrl: stack.redisUrl,
      prefix: uniquePrefix(),
      features: [],
      env: {
        STRIPE_APP_SECRETS: APP_SECRET,
        STRIPE_SECRET_KEY: 'sk_test_secret',
        STRIPE_API_BASE: stripe.url,
      },
    });
  });
  afterAll(async () => {
    await app.stop();
    stripe.stop();
    await stack.stop();
  });

  it('reads, but refuses what must happen once: it is never silently open', async () => {
    await stack.redis.stop();
    const post = async (path: string, payload: object) => {
      const body = JSON.stringify({ ...payload, ...identity });
      const { headers } = signedRequest({ body, secret: APP_SECRET });
      const response = await fetch(app.url + path, { method: 'POST', body, headers });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    expect((await post('/app/session', {})).status).toBe(200);
    const refused = await post('/app/customers', { email: 'a@example.com' });
    expect([refused.status, refused.body.code]).toEqual([503, 'app_replay_check_unavailable']);
    expect(stripe.calls).toEqual([]);
  });
});
