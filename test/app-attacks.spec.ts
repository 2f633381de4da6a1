import { beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Module, Post } from '@nestjs/common';
import {
  AppRoute,
  AppRoutesModule,
  RequireStripeRoles,
  Signed,
  type SignedRequest,
} from '../src/app-backend/index.js';
import { signedRequest } from '../src/event-factories/signed-request.js';
import { type Attack, attacks, BODY_LIMIT, now, signed, text } from './harness/app-attacks.js';
import { APP_SECRET, appBackendTest } from './harness/app-backend-test.js';
import { RawConnection, requestHead } from './harness/raw-request.js';

@Controller('app/echo')
class EchoController {
  @Post('identity')
  @AppRoute({ signed: 'identity' })
  identity(@Signed() request: SignedRequest): SignedRequest {
    return request;
  }

  @Post('payload')
  @AppRoute({ signed: 'payload' })
  payload(@Signed() request: SignedRequest): SignedRequest {
    return request;
  }

  @Post('once')
  @AppRoute({ signed: 'identity', once: true })
  once(): { ok: true } {
    return { ok: true };
  }
}

@Controller('app/admins')
@RequireStripeRoles('admin', 'super_admin')
class AdminsController {
  @Post('identity')
  @AppRoute({ signed: 'identity' })
  identity(): { ok: true } {
    return { ok: true };
  }

  @Post('payload')
  @AppRoute({ signed: 'payload' })
  payload(): { ok: true } {
    return { ok: true };
  }
}

@Module({ imports: [AppRoutesModule], controllers: [EchoController, AdminsController] })
class EchoModule {}

describe('the app back end', () => {
  const test = appBackendTest([EchoModule], {
    BODY_LIMIT_BYTES: String(BODY_LIMIT),
    APP_REQUESTS_PER_MINUTE: '10000',
  });
  const customer = { email: 'jenny@example.com' };
  beforeEach(() => {
    test.stripe.behaviour = () => ({ status: 200, body: { id: 'cus_1' } });
  });

  describe.each(attacks)('refuses %s:', (_kind, attempts) => {
    it.each(Object.entries(attempts))('%s', async (_what, attempt: Attack) => {
      const { path = '/app/echo/payload', body, signed: signedPart = body, signing = {} } = attempt;
      const how = typeof signing === 'function' ? signing() : signing;
      const answer = await test.post(path, text(body), text(signedPart), how);
      expect([answer.status, answer.body.code]).toEqual(attempt.answer);
      expect(test.stripe.calls).toEqual([]);
      expect({}).not.toHaveProperty('polluted');
    });
  });

  it('tells how to sign what was not signed', async () => {
    const unsigned = await test.postIdentity('/app/customers', customer);
    expect(unsigned.body.detail).toContain('fetchStripeSignature(payload)');
    const roles = await test.postIdentity('/app/admins/identity');
    expect(roles.body.detail).toMatch(/admin, super_admin.*stripe_roles: userContext\.roles/);
  });

  it.each(['APPLICATION/JSON', 'Application/Json ; Charset=UTF-8', 'application/json;charset=utf-16'])(
    'takes %s, always as UTF-8',
    async (type) => {
      const signing = { headers: { 'Content-Type': type } };
      const { status, body } = await test.postSigned('/app/echo/payload', { name: 'Zoë' }, signing);
      expect([status, body.payload]).toEqual([200, { name: 'Zoë' }]);
    },
  );

  it('refuses two signature headers, of which it would have to choose one', async () => {
    const body = text(signed({}));
    const { headers } = signedRequest({ body, secret: APP_SECRET });
    const connection = await RawConnection.open(test.app.url);
    const head = requestHead('POST /app/echo/payload', [
      ['Host', 'localhost'],
      ['Content-Type', 'application/json'],
      ['Content-Length', String(body.length)],
      ['Stripe-Signature', `t=${now()},v1=${'a'.repeat(64)}`],
      ['Stripe-Signature', headers['Stripe-Signature'] ?? ''],
    ]);
    await connection.write(head, body);
    expect(await connection.answer()).toMatchObject({ status: 400, body: { code: 'signature_repeated' } });
    connection.close();
  });

  it('refuses a huge body that does not say how huge it is', async () => {
    const connection = await RawConnection.open(test.app.url);
    const head = requestHead('POST /app/echo/payload', [
      ['Host', 'localhost'],
      ['Content-Type', 'application/json'],
      ['Transfer-Encoding', 'chunked'],
    ]);
    await connection.write(head, `${(BODY_LIMIT + 1).toString(16)}\r\n${'x'.repeat(BODY_LIMIT + 1)}\r\n`);
    expect(await connection.answer()).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
    connection.close();
  });

  it('guards its routes however their path is written', async () => {
    for (const path of ['/APP/Customers', '/app/customers/', '/app//customers', '/app/./customers']) {
      const { status } = await test.postSigned(path, customer, { secret: 'absec_wrong' });
      expect([400, 404]).toContain(status);
    }
    expect(test.stripe.calls).toEqual([]);
  });

  it('takes the account from the signature, whatever else the request names', async () => {
    const headers = { 'Stripe-Account': 'acct_live_only', 'Stripe-Context': 'acct_live_only' };
    const path = '/app/customers?account=acct_live_only&account_id=acct_live_only';
    expect((await test.postSigned(path, customer, { headers })).status).toBe(200);
    expect(test.stripe.calls).toMatchObject([{ account: 'acct_installed', path: '/v1/customers' }]);
  });
});

describe('a signature that was used', () => {
  const test = appBackendTest([EchoModule]);
  const replayed = [409, 'app_request_replayed'];
  beforeEach(() => {
    test.stripe.behaviour = () => ({ status: 200, body: { id: 'cus_1' } });
  });

  it('does not pass again on its route, however it is presented', async () => {
    const body = text(signed({ email: 'replay@example.com' }));
    const { headers } = signedRequest({ body, secret: [APP_SECRET, 'absec_old'] });
    const [time = '', newest = '', old = ''] = (headers['Stripe-Signature'] ?? '').split(',');
    const post = (path: string, ...items: string[]) =>
      test.post(path, body, body, { headers: { 'Stripe-Signature': items.join(',') } });
    expect((await post('/app/customers', time, newest, old)).status).toBe(200);
    for (const [path, ...items] of [
      ['/app/customers', time, newest, old],
      ['/app/customers', time, old],
      ['/app/customers', newest, time],
      ['/app/customers', time, newest, `v0=${'a'.repeat(64)}`],
      ['/APP/customers/?again', time, newest],
    ] as [string, ...string[]][]) {
      const answer = await post(path, ...items);
      expect([answer.status, answer.body.code]).toEqual(replayed);
    }
    expect(test.stripe.calls).toHaveLength(1);
  });

  it('over the identity does not pass again with other unsigned fields', async () => {
    const timestamp = now();
    const post = (unsigned: object) => test.postIdentity('/app/echo/once', unsigned, { timestamp });
    expect((await post({ a: 1 })).status).toBe(200);
    const answer = await post({ a: 2 });
    expect([answer.status, answer.body.code]).toEqual(replayed);
  });
});

describe('a secret that was rolled out', () => {
  const during = appBackendTest([], { STRIPE_APP_SECRETS: 'absec_newest,absec_old' });
  const after = appBackendTest([], { STRIPE_APP_SECRETS: 'absec_newest' });

  it('signs during the roll and no longer after it', async () => {
    const signing = { secret: 'absec_old' };
    expect((await during.postIdentity('/app/session', {}, signing)).status).toBe(200);
    const { status, body } = await after.postIdentity('/app/session', {}, signing);
    expect([status, body.code]).toEqual([400, 'signature_mismatch']);
  });
});
