import { describe, expect, it } from '@jest/globals';
import { Controller, Module, Post } from '@nestjs/common';
import {
  AppRoute,
  AppRoutesModule,
  RequireStripeRoles,
  Signed,
  type SignedRequest,
} from '../src/app-backend/index.js';
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

@Module({ imports: [AppRoutesModule], controllers: [EchoController] })
class EchoModule {}

/** As Express keeps it. */
interface Layer {
  route?: { path: string };
}

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

  it('passes a role check with any of the roles it asks for', async () => {
    const superAdmin = { id: 'super_admin', name: 'Super Administrator', type: 'builtIn' };
    const viewer = { id: 'view_only', name: 'View only', type: 'builtIn' };
    for (const roles of [admin.stripe_roles, [viewer, superAdmin]]) {
      expect((await test.postSigned('/app/echo/admins', { stripe_roles: roles })).status).toBe(200);
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
    expect(refused.headers.get('Access-Control-Expose-Headers')).toBe('Retry-After');
  });

  it('are on no other route', async () => {
    const { router } = test.app.nest.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
    const paths = router.stack.flatMap(({ route }) => (route ? [route.path] : []));
    const others = paths.filter((path) => !path.startsWith('/app/'));
    expect(others).toEqual(expect.arrayContaining(['/webhook', '/connect-webhook', '/webhooks', '/metrics']));
    for (const path of [...others, '/', '/nothing', '/application']) {
      for (const method of ['OPTIONS', 'GET', 'POST']) {
        const { headers } = await fetch(test.app.url + path, { method, headers: { Origin: 'null' } });
        const found = [...headers.keys()].filter((name) => name.startsWith('access-control'));
        expect({ path, method, found }).toEqual({ path, method, found: [] });
      }
    }
  });
});

describe('the throttle', () => {
  const test = appBackendTest([EchoModule], { APP_REQUESTS_PER_MINUTE: '3' });

  it('limits each account, whatever the route, with a time to come back', async () => {
    for (const path of ['/app/session', '/app/echo/identity', '/app/echo/identity']) {
      expect((await test.postIdentity(path)).status).toBe(200);
    }
    const { status, body, headers } = await test.postIdentity('/app/session');
    expect([status, body.code]).toEqual([429, 'app_rate_limited']);
    expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
    const other = { ...identity, account_id: 'acct_live_only' };
    expect((await test.postIdentity('/app/session', {}, { as: other })).body.code).toBe('app_not_installed');
  });
});
