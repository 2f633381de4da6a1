import { describe, expect, it } from '@jest/globals';
import Stripe from 'stripe';
import { admin, appBackendTest } from './harness/app-backend-test.js';

const customer = { id: 'cus_1', object: 'customer', email: 'jenny@example.com', name: 'Jenny' };

describe('the routes of the app back end', () => {
  const test = appBackendTest();

  it('say who asks and what is installed', async () => {
    const { status, body } = await test.postSigned('/app/session', admin);
    expect(status).toBe(200);
    expect(body).toEqual({
      user: 'usr_1',
      account: 'acct_installed',
      roles: admin.stripe_roles,
      installations: [{ livemode: false, installed: true, app: 'ca_1' }],
    });
  });

  it('create a customer on the signed account and on no other, whatever the payload says', async () => {
    test.stripe.behaviour = () => ({ status: 200, body: customer });
    const { status, body } = await test.postSigned('/app/customers', {
      email: 'jenny@example.com',
      name: 'Jenny',
    });
    expect([status, body]).toEqual([200, { id: 'cus_1', email: 'jenny@example.com', name: 'Jenny' }]);
    expect(test.stripe.calls).toMatchObject([
      {
        method: 'POST',
        path: '/v1/customers',
        account: 'acct_installed',
        idempotencyKey: expect.stringMatching(/^turnpike-app-/),
        version: Stripe.API_VERSION,
        body: 'email=jenny%40example.com&name=Jenny',
      },
    ]);
    const named = await test.postSigned('/app/customers', {
      email: 'a@example.com',
      stripeAccount: 'acct_other',
    });
    expect([named.status, named.body.code]).toEqual([400, 'app_payload_invalid']);
    expect(test.stripe.calls).toHaveLength(1);
  });

  it('create the same thing when the UI repeats its own key with a new signature, and another one without', async () => {
    test.stripe.behaviour = () => ({ status: 200, body: customer });
    const now = Math.floor(Date.now() / 1000);
    const create = (age: number, extra: object) =>
      test.postSigned('/app/customers', { email: 'b@example.com', ...extra }, { timestamp: now - age });
    for (const age of [1, 2]) await create(age, { idempotency_key: 'form-7' });
    for (const age of [3, 4]) await create(age, {});
    const keys = test.stripe.calls.map(({ idempotencyKey }) => idempotencyKey);
    expect(keys[0]).toMatch(/^turnpike-app-[0-9a-f]{64}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
    expect(test.stripe.calls[0]?.body).not.toContain('idempotency_key');
  });

  it('list customers as the signed account', async () => {
    test.stripe.behaviour = () => ({
      status: 200,
      body: { object: 'list', data: [customer], has_more: false },
    });
    const { body } = await test.postSigned('/app/customers/list', { limit: 2 });
    expect(body).toEqual({
      data: [{ id: 'cus_1', email: 'jenny@example.com', name: 'Jenny' }],
      has_more: false,
    });
    expect(test.stripe.calls).toMatchObject([
      {
        method: 'GET',
        path: '/v1/customers?limit=2',
        account: 'acct_installed',
        idempotencyKey: undefined,
        version: Stripe.API_VERSION,
      },
    ]);
  });

  it('create a payment intent for an admin only', async () => {
    test.stripe.behaviour = () => ({
      status: 200,
      body: { id: 'pi_1', status: 'requires_payment_method', amount: 500, currency: 'eur' },
    });
    const intent = { amount: 500, currency: 'eur' };
    expect((await test.postSigned('/app/payment-intents', intent)).body.code).toBe('app_role_missing');
    const { body } = await test.postSigned('/app/payment-intents', { ...intent, ...admin });
    expect(body).toEqual({ id: 'pi_1', status: 'requires_payment_method', amount: 500, currency: 'eur' });
    expect(test.stripe.calls).toMatchObject([
      {
        path: '/v1/payment_intents',
        account: 'acct_installed',
        idempotencyKey: expect.stringMatching(/^turnpike-app-/),
        version: Stripe.API_VERSION,
        body: 'amount=500&currency=eur',
      },
    ]);
  });

  it('name every wrong field of a payload', async () => {
    const { status, body } = await test.postSigned('/app/payment-intents', {
      amount: -1,
      currency: 'EURO',
      ...admin,
    });
    expect([status, body.code]).toEqual([400, 'app_payload_invalid']);
    expect((body.errors as { field: string }[]).map(({ field }) => field)).toEqual(['amount', 'currency']);
    expect(test.stripe.calls).toEqual([]);
  });

  const failure = (status: number, error: object, headers?: Record<string, string>) => () => ({
    status,
    body: { error },
    ...(headers && { headers }),
  });

  it.each([
    [
      'a missing permission as 403 with its message',
      failure(403, {
        type: 'invalid_request_error',
        message: "Needs the 'customer_write' permission; key rk_test_abc***xyz",
      }),
      {
        status: 403,
        code: 'stripe_permission_denied',
        retryAfter: null,
        detail: "Needs the 'customer_write' permission",
      },
    ],
    [
      'a rate limit as 429 with the time to come back',
      failure(429, { type: 'invalid_request_error', message: 'slow down' }, { 'retry-after': '7' }),
      { status: 429, code: 'stripe_rate_limited', retryAfter: '7', detail: 'slow down' },
    ],
    [
      'anything else as 502',
      failure(400, { type: 'invalid_request_error', message: 'No such customer', param: 'customer' }),
      { status: 502, code: 'stripe_failed', retryAfter: null, detail: 'No such customer' },
    ],
    [
      'its silence as 504',
      () => 'hang' as const,
      { status: 504, code: 'stripe_timeout', retryAfter: null, detail: 'in time' },
    ],
  ])('pass on %s, and never a key', async (_what, behaviour, { status, code, detail, retryAfter }) => {
    test.stripe.behaviour = behaviour;
    const answer = await test.postSigned('/app/customers', { email: `${code}@example.com` });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.detail).toContain(detail);
    expect(answer.headers.get('Retry-After')).toBe(retryAfter);
    expect(JSON.stringify(answer.body)).not.toMatch(/[sr]k_test/);
  });
});

describe('the routes of an app back end without an API key', () => {
  const test = appBackendTest([], { STRIPE_SECRET_KEY: '' });

  it('work in test mode, and name what is missing where Stripe has to be called', async () => {
    expect((await test.postIdentity('/app/session')).status).toBe(200);
    const { status, body } = await test.postSigned('/app/customers', { email: 'jenny@example.com' });
    expect([status, body.code]).toEqual([503, 'stripe_key_missing']);
    expect(body.detail).toContain('STRIPE_SECRET_KEY');
  });
});
