import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { APP_SECRET, appBackendTest, identity } from './harness/app-backend-test.js';
import { Chromium, findChromium } from './harness/chromium.js';
import { ExtensionPage } from './harness/extension-page.js';
import { StripeSigner } from './harness/stripe-signer.js';

const program = findChromium();
const withBrowser = program ? describe : describe.skip;
if (!program) {
  console.warn(
    'No Chromium found, so app-browser.spec.ts is skipped: install one, or set CHROMIUM to its path.',
  );
}

/** Runs in the sandboxed iframe. `baseUrl` is put before it. */
const script = `
  const userContext = { id: 'usr_1', account: { id: 'acct_installed' }, roles: [] };
  const turnpike = new TurnpikeClient({ baseUrl, userContext, fetchStripeSignature });
  const failureOf = (call) => call.then(() => 'none', ({ name, status, code, retryAfter }) => ({ name, status, code, retryAfter }));
  const readable = (path, init) => fetch(baseUrl + path, init).then(() => true, (error) => error.name);
  const headers = { 'Content-Type': 'application/json', 'Stripe-Signature': await fetchStripeSignature() };
  const body = JSON.stringify({ user_id: 'usr_1', account_id: 'acct_installed' });
  return {
    origin: self.origin,
    session: await turnpike.session(),
    customer: await turnpike.createCustomer({ email: 'jenny@example.com', name: 'Zoë' }),
    refused: await failureOf(turnpike.createPaymentIntent({ amount: 500, currency: 'eur' })),
    invalid: await failureOf(turnpike.createCustomer({ email: 'nobody' })),
    limited: await failureOf(turnpike.createCustomer({ email: 'slow@example.com' })),
    otherHeader: await readable('/app/session', { method: 'POST', headers: { ...headers, 'X-Other': '1' }, body }),
    otherMethod: await readable('/app/session', { method: 'PUT', headers, body }),
    credentials: await readable('/app/session', { method: 'POST', headers, body, credentials: 'include' }),
    webhook: await readable('/webhook', { method: 'POST', headers, body }),
    metrics: await readable('/metrics'),
    health: await readable('/health/live'),
  };
`;

withBrowser("a UI extension in a real browser's sandboxed iframe", () => {
  const requests: string[] = [];
  let page: ExtensionPage;
  let browser: Chromium;
  let report: Record<string, unknown>;

  // Stands before the hooks of the application, which would wait for the connections of the browser.
  afterAll(async () => {
    await browser.close();
    page.close();
  });
  const test = appBackendTest();

  beforeAll(async () => {
    test.stripe.behaviour = ({ body }) =>
      body.includes('slow')
        ? { status: 429, body: { error: { message: 'slow down' } }, headers: { 'retry-after': '7' } }
        : { status: 200, body: { id: 'cus_1', email: 'jenny@example.com', name: 'Zoë' } };
    test.app.nest.getHttpServer().prependListener('request', ({ method, url, headers }: IncomingMessage) => {
      requests.push(`${method} ${url} from ${headers.origin}`);
    });
    const user = { id: identity.user_id, account: { id: identity.account_id }, roles: [] };
    const signer = new StripeSigner(APP_SECRET, user);
    const baseUrl = `const baseUrl = ${JSON.stringify(test.app.url)};`;
    page = await ExtensionPage.serve(baseUrl + script, (payload) => signer.sign(payload));
    browser = Chromium.open(program ?? '', page.url);
    report = (await browser.during(page.report)) as Record<string, unknown>;
  });

  it('has no origin, and is let in by a preflight', () => {
    expect(report.failed).toBeUndefined();
    expect(report.origin).toBe('null');
    expect(requests.slice(0, 2)).toEqual(['OPTIONS /app/session from null', 'POST /app/session from null']);
  });

  it('reads answers', () => {
    expect(report.session).toMatchObject({ user: 'usr_1', account: 'acct_installed' });
    expect(report.customer).toEqual({ id: 'cus_1', email: 'jenny@example.com', name: 'Zoë' });
  });

  it('reads refusals, and when to come back', () => {
    const name = 'TurnpikeError';
    expect(report.refused).toEqual({ name, status: 403, code: 'app_role_missing' });
    expect(report.invalid).toEqual({ name, status: 400, code: 'app_payload_invalid' });
    expect(report.limited).toEqual({ name, status: 429, code: 'stripe_rate_limited', retryAfter: 7 });
  });

  it('is kept out with other headers, other methods or credentials, and from every other route', () => {
    for (const attempt of ['otherHeader', 'otherMethod', 'credentials', 'webhook', 'metrics', 'health']) {
      expect({ [attempt]: report[attempt] }).toEqual({ [attempt]: 'TypeError' });
    }
    expect(requests).not.toContain('POST /webhook from null');
    expect(requests).not.toContain('PUT /app/session from null');
  });
});
