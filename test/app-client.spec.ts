import { beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Module, Post } from '@nestjs/common';
import fc from 'fast-check';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type Payload, TurnpikeClient, TurnpikeError } from '../clients/stripe-app/turnpike-client.js';
import { AppRoute, AppRoutesModule, Signed, type SignedRequest } from '../src/app-backend/index.js';
import { APP_SECRET, admin, appBackendTest, identity } from './harness/app-backend-test.js';
import { StripeSigner } from './harness/stripe-signer.js';

@Controller('app/echo')
class EchoController {
  @Post()
  @AppRoute({ signed: 'payload' })
  echo(@Signed() request: SignedRequest): SignedRequest {
    return request;
  }
}

@Module({ imports: [AppRoutesModule], controllers: [EchoController] })
class EchoModule {}

const jenny = { id: identity.user_id, account: { id: identity.account_id }, roles: admin.stripe_roles };
const viewer = { ...jenny, roles: [{ id: 'view_only', name: 'View only', type: 'builtIn' }] };
const stranger = { ...jenny, account: { id: 'acct_stranger' } };

/** What the call rejects with, which must be a TurnpikeError. */
async function failureOf(call: Promise<unknown>): Promise<TurnpikeError> {
  const failure: unknown = await call.then(
    (answer) => new Error(`answered ${JSON.stringify(answer)}`),
    (error: unknown) => error,
  );
  if (failure instanceof TurnpikeError) return failure;
  throw failure;
}

describe('the client for UI extensions', () => {
  const test = appBackendTest([EchoModule], { APP_REQUESTS_PER_MINUTE: '10000' });
  let signer: StripeSigner;

  const clientOf = (user: typeof jenny, secret = APP_SECRET, baseUrl = test.app.url) => {
    signer = new StripeSigner(secret, user);
    return new TurnpikeClient({
      baseUrl,
      userContext: user,
      fetchStripeSignature: signer.fetchStripeSignature,
      timeoutMs: 10_000,
    });
  };
  let turnpike: TurnpikeClient;
  beforeEach(() => {
    turnpike = clientOf(jenny);
  });
  const customer = { id: 'cus_1', object: 'customer', email: 'jenny@example.com', name: 'Jenny' };

  it('asks who it is with a signature over the identity alone', async () => {
    expect(await turnpike.session()).toEqual({
      user: 'usr_1',
      account: 'acct_installed',
      roles: [],
      installations: [{ livemode: false, installed: true, app: 'ca_1' }],
    });
    expect(signer.texts).toEqual(['{"user_id":"usr_1","account_id":"acct_installed"}']);
  });

  it('creates and lists customers', async () => {
    test.stripe.behaviour = () => ({ status: 200, body: customer });
    const form = { email: 'jenny@example.com', name: 'Jenny', idempotency_key: 'form-1' };
    expect(await turnpike.createCustomer(form)).toEqual({
      id: 'cus_1',
      email: 'jenny@example.com',
      name: 'Jenny',
    });
    test.stripe.behaviour = () => ({
      status: 200,
      body: { object: 'list', data: [customer], has_more: true },
    });
    expect(await turnpike.listCustomers()).toMatchObject({ data: [{ id: 'cus_1' }], has_more: true });
    expect(await turnpike.listCustomers({ limit: 1 })).toMatchObject({ has_more: true });
  });

  it('signs the roles of the user where a route needs one', async () => {
    const intent = { id: 'pi_1', status: 'requires_payment_method', amount: 500, currency: 'eur' };
    test.stripe.behaviour = () => ({ status: 200, body: intent });
    expect(await turnpike.createPaymentIntent({ amount: 500, currency: 'eur' })).toEqual(intent);
    const refused = await failureOf(clientOf(viewer).createPaymentIntent({ amount: 500, currency: 'eur' }));
    expect(refused).toMatchObject({ status: 403, code: 'app_role_missing' });
    expect(refused.detail).toContain('admin');
  });

  it('cannot have a role signed that the user does not have', async () => {
    const boast = clientOf(viewer).post('/app/payment-intents', { ...admin, amount: 500, currency: 'eur' });
    await expect(boast).rejects.toThrow('The user has no role admin');
    expect(test.stripe.calls).toEqual([]);
  });

  const echoed = async (payload: Payload) =>
    (await turnpike.post<SignedRequest>('/app/echo', payload)).payload;

  it('sends exactly what was signed, whatever is in it', async () => {
    const payload = fc
      .dictionary(
        fc.string({ unit: 'grapheme' }).filter((key) => !Object.keys(identity).includes(key)),
        fc.jsonValue({ maxDepth: 3 }),
      )
      // Refused at any depth: test/app-vectors.spec.ts.
      .filter((fields) => !JSON.stringify(fields).includes('"__proto__"'));
    await fc.assert(
      fc.asyncProperty(payload, async (fields) => {
        const plain = JSON.parse(JSON.stringify(fields)) as { stripe_roles?: unknown };
        delete plain.stripe_roles;
        expect(await echoed(plain)).toEqual(plain);
      }),
      { numRuns: 60 },
    );
  });

  it('sends keys such as "1", which JavaScript puts first, in the order in which they were signed', async () => {
    const payload = { b: 1, '10': 2, a: 3, '2': { z: 1, '7': 2 } };
    expect(await echoed(payload)).toEqual(payload);
    expect(signer.texts).toEqual([
      '{"2":{"7":2,"z":1},"10":2,"b":1,"a":3,"user_id":"usr_1","account_id":"acct_installed"}',
    ]);
  });

  it('signs and sends what JSON makes of dates, gaps and the like, as it was when it was called', async () => {
    const payload = { at: new Date(0), gone: undefined, list: [undefined, Number.NaN, -0], tags: ['a'] };
    const call = echoed(payload);
    payload.tags.push('b');
    expect(await call).toEqual({ at: '1970-01-01T00:00:00.000Z', list: [null, null, 0], tags: ['a'] });
  });

  it('lets nobody name another user or account', async () => {
    // @ts-expect-error: who asks is not for the payload to say
    const named = turnpike.post('/app/echo', { account_id: 'acct_other', a: 1 });
    expect(await failureOf(named)).toMatchObject({ status: 400, code: 'signature_mismatch' });
  });

  it('turns a refusal into an error with its code, its advice and the fields', async () => {
    const refused = await failureOf(turnpike.createCustomer({ email: 'nobody', name: '' }));
    expect(refused).toMatchObject({ name: 'TurnpikeError', status: 400, code: 'app_payload_invalid' });
    expect(refused.retryAfter).toBeUndefined();
    expect(refused.errors.map(({ field }) => field)).toEqual(['email', 'name']);
    expect(await failureOf(clientOf(stranger).session())).toMatchObject({
      status: 403,
      code: 'app_not_installed',
    });
    expect(await failureOf(clientOf(jenny, 'absec_wrong').session())).toMatchObject({
      status: 400,
      code: 'signature_mismatch',
    });
  });

  it('says when to come back', async () => {
    test.stripe.behaviour = () => ({
      status: 429,
      body: { error: { type: 'invalid_request_error', message: 'slow down' } },
      headers: { 'retry-after': '7' },
    });
    const refused = await failureOf(turnpike.createCustomer({ email: 'jenny@example.com' }));
    expect(refused).toMatchObject({ status: 429, code: 'stripe_rate_limited', retryAfter: 7 });
  });

  it('names the server that does not answer, or answers like no Turnpike', async () => {
    const unreachable = await failureOf(clientOf(jenny, APP_SECRET, 'http://127.0.0.1:1/').session());
    expect(unreachable).toMatchObject({ status: 0, code: 'unreachable' });
    expect(unreachable.detail).toContain('http://127.0.0.1:1/app/session');
    for (const [status, body] of [
      [502, '<h1>Bad gateway</h1>'],
      [500, '"broken"'],
      [200, '<h1>Welcome</h1>'],
    ] as const) {
      const server = createServer((_request, response) => void response.writeHead(status).end(body));
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const elsewhere = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const failure = await failureOf(clientOf(jenny, APP_SECRET, elsewhere).session());
      expect(failure).toMatchObject({ status, code: 'unexpected_answer' });
      server.closeAllConnections();
      server.close();
    }
  });
});
