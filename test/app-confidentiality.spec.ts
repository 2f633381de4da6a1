import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signedRequest } from '../src/event-factories/signed-request.js';
import { AppProcess } from './harness/app-process.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './harness/stack.js';
import { StoreWatch } from './harness/store-watch.js';
import { StripeStandIn } from './harness/stripe-stand-in.js';

const KEY = 'sk_test_51ConfidentialKeyOfThePlatform';
const SECRET = 'absec_confidential';
const PAYLOAD = 'MARKERpayload';

/** Stripe quotes the key in part or, who knows, as a whole. */
const quotes = [KEY, 'sk_test_51C***********************form', 'rk_live_*******************abcd'];

describe('an app back end that Stripe refuses', () => {
  let database: TestDatabase;
  let stripe: StripeStandIn;
  let app: AppProcess;
  let answers = '';
  const statuses: number[] = [];

  beforeAll(async () => {
    [database, stripe] = await Promise.all([createDatabase(), StripeStandIn.start()]);
    const watch = await StoreWatch.open(database.url);
    await watch.query(`INSERT INTO app_installation VALUES ('acct_1', false, true, 'ca_1', now())`);
    await watch.close();
    app = await AppProcess.start({
      databaseUrl: database.url,
      redisUrl: redisUrl(),
      prefix: uniquePrefix(),
      env: {
        LOG_LEVEL: 'trace',
        STRIPE_APP_SECRETS: SECRET,
        STRIPE_SECRET_KEY: KEY,
        STRIPE_API_BASE: stripe.url,
        STRIPE_TIMEOUT_MS: '2000',
      },
    });
    const types = ['invalid_request_error', 'api_error', 'idempotency_error', 'card_error'];
    for (const [index, status] of [400, 401, 401, 402, 403, 409, 429, 500].entries()) {
      const quote = quotes[index % quotes.length];
      const error = { type: types[index % types.length], message: `The key ${quote} is refused.` };
      stripe.behaviour = () => ({ status, body: { error } });
      const email = `${PAYLOAD}.${index}@example.com`;
      const body = JSON.stringify({ email, user_id: 'usr_1', account_id: 'acct_1' });
      const { headers } = signedRequest({ body, secret: SECRET });
      const answer = await fetch(`${app.url}/app/customers`, { method: 'POST', body, headers });
      statuses.push(answer.status);
      answers += JSON.stringify([...answer.headers]) + (await answer.text());
    }
    await app.stop();
  });
  afterAll(async () => {
    await app.stop();
    stripe.stop();
    await database.drop();
  });

  it('passes its words on without a key', () => {
    expect(new Set(statuses)).toEqual(new Set([403, 429, 502]));
    expect(answers).toContain('The key the API key is refused.');
    expect(answers).not.toMatch(/[sr]k_(test|live)|Confidential|\*\*\*/);
  });

  it('writes neither keys nor secrets nor payloads into its log', () => {
    expect(app.output).toContain('"level":"info"');
    expect(app.output).not.toMatch(/[sr]k_(test|live)|onfidential|MARKER/);
  });
});
