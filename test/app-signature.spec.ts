import { describe, expect, it } from '@jest/globals';
import { Controller, Module, Post } from '@nestjs/common';
import { AppRoute, RequireStripeRoles, Signed, type SignedRequest } from '../src/app-backend/index.js';
import { AppInstallationsModule } from '../src/app-backend/app-installations.module.js';
import { AppBackendModule } from '../src/app-backend/app-backend.module.js';
import { admin, appBackendTest, identity } from './harness/app-backend-test.js';

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

  @Post('admins')
  @AppRoute({ signed: 'payload' })
  @RequireStripeRoles('admin', 'super_admin')
  admins(): { ok: true } {
    return { ok: true };
  }

  @Post('once')
  @AppRoute({ signed: 'payload', once: true })
  once(): { ok: true } {
    return { ok: true };
  }
}

@Module({ imports: [AppBackendModule, AppInstallationsModule], controllers: [EchoController] })
class EchoModule {}

const now = () => Math.floor(Date.now() / 1000);

describe("a request of the app's UI extension", () => {
  const test = appBackendTest([EchoModule]);

  it('signed with its payload shows the route what was signed', async () => {
    const { status, body } = await test.postSigned('/app/echo/payload', { amount: 100, ...admin });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      signed: 'payload',
      userId: 'usr_1',
      accountId: 'acct_installed',
      roles: admin.stripe_roles,
      payload: { amount: 100 },
      unsignedFields: {},
    });
  });

  it('signed with the identity alone keeps every other field apart, roles included', async () => {
    const { body } = await test.postIdentity('/app/echo/identity', { amount: 100, ...admin });
    expect(body).toMatchObject({ signed: 'identity', roles: [], payload: {} });
    expect(body.unsignedFields).toEqual({ amount: 100, ...admin });
  });

  it('passes whatever the order of its fields, because the identity is signed in one order', async () => {
    const sent = JSON.stringify({ account_id: identity.account_id, extra: 1, user_id: identity.user_id });
    const { status } = await test.post('/app/echo/identity', sent, JSON.stringify(identity), {});
    expect(status).toBe(200);
  });

  it('passes during a roll of the secret: signed by the old one, or by both', async () => {
    expect((await test.postSigned('/app/echo/payload', {}, { secret: 'absec_old' })).status).toBe(200);
    expect(
      (await test.postSigned('/app/echo/payload', {}, { secret: ['absec_x', 'absec_newest'] })).status,
    ).toBe(200);
  });

  it.each([
    ['of a stranger', { secret: 'absec_wrong' }, 'signature_mismatch'],
    ['that is too old', { timestamp: now() - 302 }, 'signature_expired'],
    ['without a header', { headers: { 'Stripe-Signature': '' } }, 'signature_missing'],
    [
      'without v1',
      { headers: { 'Stripe-Signature': `t=${now()},v0=${'a'.repeat(64)}` } },
      'signature_scheme_unsupported',
    ],
    ['with an empty v1', { headers: { 'Stripe-Signature': `t=${now()},v1=` } }, 'signature_mismatch'],
  ])('with a signature %s is refused', async (_what, signing, code) => {
    const { status, body } = await test.postSigned('/app/echo/payload', {}, signing);
    expect([status, body.code]).toEqual([400, code]);
  });

  it('whose body was changed after signing is refused, also where it names another account', async () => {
    const signed = JSON.stringify({ amount: 1, ...identity });
    const changed = signed.replace('"amount":1', '"amount":9');
    expect((await test.post('/app/echo/payload', changed, signed, {})).body.code).toBe('signature_mismatch');
    const other = JSON.stringify({ ...identity, account_id: 'acct_other' });
    const answer = await test.post('/app/echo/identity', other, JSON.stringify(identity), {});
    expect(answer.body.code).toBe('signature_mismatch');
  });

  it('is told how to sign its payload where the route needs that', async () => {
    const { status, body } = await test.postIdentity('/app/echo/payload', { amount: 1 });
    expect([status, body.code]).toEqual([403, 'app_payload_not_signed']);
    expect(body.detail).toContain('fetchStripeSignature(payload)');
  });

  it.each(['null', '[]', '"text"', '7', 'no json', '{"user_id":1,"account_id":2}'])(
    'whose signed body is %s is refused, not an error',
    async (body) => {
      const answer = await test.post('/app/echo/identity', body, body, {});
      expect([answer.status, answer.body.code]).toEqual([400, 'app_identity_missing']);
    },
  );

  it('passes a role check only on signed roles', async () => {
    expect((await test.postSigned('/app/echo/admins', admin)).status).toBe(200);
    const viewer = { stripe_roles: [{ name: 'View only', type: 'view_only' }] };
    for (const payload of [{}, viewer, { stripe_roles: 'admin' }, { stripe_roles: [null] }]) {
      const { status, body } = await test.postSigned('/app/echo/admins', payload);
      expect([status, body.code]).toEqual([403, 'app_role_missing']);
      expect(body.detail).toContain('stripe_roles');
    }
  });

  it('passes once per route and signature where the route changes something', async () => {
    const timestamp = now();
    const payload = { name: 'once' };
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => test.postSigned('/app/echo/once', payload, { timestamp })),
    );
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409, 409]);
    expect((await test.postSigned('/app/echo/once', payload, { timestamp: timestamp - 1 })).status).toBe(200);
    expect((await test.postSigned('/app/echo/payload', payload, { timestamp })).status).toBe(200);
  });

  it('cannot pass again by dropping one of two signatures', async () => {
    const signing = { secret: ['absec_newest', 'absec_old'], timestamp: now() };
    expect((await test.postSigned('/app/echo/once', { roll: 1 }, signing)).status).toBe(200);
    const second = await test.postSigned('/app/echo/once', { roll: 1 }, { ...signing, secret: 'absec_old' });
    expect([second.status, second.body.code]).toEqual([409, 'app_request_replayed']);
  });

  it('is refused for an account without the app, or with it in the other mode only', async () => {
    for (const account_id of ['acct_stranger', 'acct_live_only']) {
      const { status, body } = await test.postIdentity(
        '/app/session',
        {},
        { as: { ...identity, account_id } },
      );
      expect([status, body.code]).toEqual([403, 'app_not_installed']);
    }
  });
});

describe('cross-origin headers', () => {
  const test = appBackendTest([EchoModule]);

  it('let the sandboxed iframe in on /app, errors included', async () => {
    const preflight = await fetch(`${test.app.url}/app/session`, {
      method: 'OPTIONS',
      headers: { Origin: 'null', 'Access-Control-Request-Method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(preflight.headers.get('Access-Control-Allow-Headers')).toBe('Content-Type,Stripe-Signature');
    expect(preflight.headers.get('Access-Control-Max-Age')).toBe('86400');
    const refused = await test.postSigned('/app/session', {}, { secret: 'absec_wrong' });
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('*');
  });

  it.each([
    '/webhook',
    '/connect-webhook',
    '/webhooks',
    '/health/live',
    '/health/ready',
    '/metrics',
    '/nothing',
    '/application',
  ])('are not on %s', async (path) => {
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const { headers } = await fetch(test.app.url + path, { method, headers: { Origin: 'null' } });
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('the throttle', () => {
  const test = appBackendTest([EchoModule], { APP_REQUESTS_PER_MINUTE: '3' });

  it('limits each account, with a time to come back', async () => {
    for (let i = 0; i < 3; i++) expect((await test.postIdentity('/app/session')).status).toBe(200);
    const { status, body, headers } = await test.postIdentity('/app/session');
    expect([status, body.code]).toEqual([429, 'app_rate_limited']);
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
    const other = { ...identity, account_id: 'acct_live_only' };
    expect((await test.postIdentity('/app/session', {}, { as: other })).body.code).toBe('app_not_installed');
  });
});
