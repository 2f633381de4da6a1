import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AdminAccessModule, AdminRoute } from '../../src/admin-access/index.js';
import { AdminKeys } from '../../src/admin-access/admin-keys.js';
import { CONFIG } from '../../src/config/config.module.js';
import type { Config } from '../../src/config/env.js';
import { LOGGER } from '../../src/logging/logger.js';
import { ADMIN_KEY, adminTest } from '../harness/admin-test.js';

/** Statements as a route might send them. */
@Controller('admin/probe')
class ProbeController {
  constructor(private readonly dataSource: DataSource) {}

  @Get('number')
  @AdminRoute('read')
  number(@Query('value') value: string): Promise<object> {
    return this.dataSource.query('SELECT $1::bigint AS number', [value]);
  }

  @Get('defect')
  @AdminRoute('read')
  defect(): Promise<object> {
    return this.dataSource.query('SELECT 1 / 0');
  }
}

@Module({ imports: [AdminAccessModule], controllers: [ProbeController] })
class ProbeModule {}

const basic = (key: string) => `Basic ${Buffer.from(`operator:${key}`).toString('base64')}`;

/** The routes that show a restricted key its own accounts. All others must refuse it. */
const RESTRICTABLE = [
  /^GET \/admin\/keys\/current$/,
  /^GET \/admin\/issuing\/decisions$/,
  /^GET \/admin\/(events|objects)\b/,
  /^POST \/admin\/events\/:id\/replay$/,
  /^(GET|POST) \/admin\/replays\b/,
  /^GET \/admin\/failures\b/,
  /^POST \/admin\/failures\/:handler\/:fingerprint\/replay$/,
  /^GET \/admin\/(docs|openapi)\b/,
  /^GET \/admin\/mail$/,
  /^POST \/admin\/mail\/:id\/retry$/,
];

/** Not the exotic ones that `@All` also brings. */
const METHODS = new Set(['get', 'post', 'put', 'patch', 'delete']);

interface RouterLayer {
  route?: { path: string; methods: Record<string, boolean> };
}

describe('every admin route', () => {
  const test = adminTest([ProbeModule], { STRIPE_ISSUING_WEBHOOK_SECRETS: 'whsec_issuing' });

  const routes = () => {
    const { router } = test.app.nest.getHttpAdapter().getInstance() as { router: { stack: RouterLayer[] } };
    return router.stack
      .flatMap(({ route }) =>
        Object.keys(route?.methods ?? {}).map((method) => ({ method, path: route?.path ?? '' })),
      )
      .filter(({ path, method }) => path.startsWith('/admin/') && METHODS.has(method))
      .map(({ method, path }) => ({
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
      }));
  };
  const answerOf = async ({ method, path, name }: ReturnType<typeof routes>[number], key: string) => {
    const concrete = path.replace(/^\/admin\//, '').replaceAll(/:\w+|\{?\*\w+\}?/g, '1');
    const { status, body } = await test.call(method, concrete, { key });
    return [name, status, body.code];
  };

  it('is known to this test', () => {
    const names = routes().map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['GET /admin/keys', 'POST /admin/issuing/rules', 'GET /admin/audit']),
    );
  });

  it('refuses a request without a key', async () => {
    for (const route of routes()) {
      expect(await answerOf(route, '')).toEqual([route.name, 401, 'admin_key_missing']);
    }
  });

  it('refuses a change with a key that may read', async () => {
    const key = await test.keyWith({ scope: 'read' });
    for (const route of routes().filter(({ method }) => method !== 'GET')) {
      expect(await answerOf(route, key)).toEqual([route.name, 403, 'admin_scope_missing']);
    }
  });

  it('refuses a key that is restricted to accounts, unless it is one of those that know what to show', async () => {
    const key = await test.keyWith({ scope: 'admin', accounts: ['acct_1'] });
    for (const route of routes().filter(({ name }) => !RESTRICTABLE.some((pattern) => pattern.test(name)))) {
      expect(await answerOf(route, key)).toEqual([route.name, 403, 'account_restricted']);
    }
  });
});

describe('a key', () => {
  const test = adminTest([ProbeModule]);
  const current = (authorization: string, headers: Record<string, string> = {}) =>
    test.call('GET', 'keys/current', { key: '', headers: { Authorization: authorization, ...headers } });

  it('passes as Bearer, and as the password of Basic, whatever the case of the scheme', async () => {
    for (const authorization of [`Bearer ${ADMIN_KEY}`, `bearer ${ADMIN_KEY}`, basic(ADMIN_KEY)]) {
      expect((await current(authorization)).body).toMatchObject({ name: 'bootstrap', scope: 'admin' });
    }
  });

  it.each(['read', 'replay', 'admin'] as const)(
    'with the scope %s may do what it says, and no more',
    async (scope) => {
      const key = await test.keyWith({ scope });
      expect((await current(`Bearer ${key}`)).status).toBe(200);
      expect((await test.call('GET', 'keys', { key })).status).toBe(scope === 'admin' ? 200 : 403);
    },
  );

  it('gets the same answer whether it never was, has expired or was revoked', async () => {
    const expired = await test.keyWith({ expiresAt: new Date(Date.now() - 1_000) });
    const revoked = await test.keyWith();
    await test.watch.query(
      'UPDATE admin_key SET revoked_at = now() WHERE id = (SELECT max(id) FROM admin_key)',
    );
    const answers = [];
    for (const key of [expired, revoked, 'tpk_unknown', `${ADMIN_KEY} `, ADMIN_KEY.toUpperCase()]) {
      const { status, headers, body } = await current(basic(key));
      const sameAlways = [...headers].filter(([name]) => name !== 'date');
      answers.push(JSON.stringify([status, sameAlways, body]));
    }
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('admin_key_missing');
  });

  it('works again by a new bootstrap key when no admin key is usable', async () => {
    const key = 'b'.repeat(40);
    const config = { ...test.app.nest.get<Config>(CONFIG), ADMIN_BOOTSTRAP_KEY: key };
    const startAnother = () =>
      new AdminKeys(
        test.app.nest.get(DataSource),
        config,
        test.app.nest.get(LOGGER),
      ).onApplicationBootstrap();
    await startAnother();
    expect((await current(`Bearer ${key}`)).status).toBe(401);
    await test.watch.query(`UPDATE admin_key SET expires_at = now() WHERE scope = 'admin'`);
    await startAnother();
    expect((await current(`Bearer ${key}`)).body).toMatchObject({ name: 'bootstrap', scope: 'admin' });
    expect((await current(`Bearer ${ADMIN_KEY}`)).status).toBe(401);
  });
});

describe('a page of another site', () => {
  const test = adminTest();
  const host = () => new URL(test.app.url).host;
  const post = (authorization: string, headers: Record<string, string>) =>
    test.call('POST', 'keys', {
      key: '',
      headers: { Authorization: authorization, ...headers },
      body: { name: 'made in a browser', scope: 'read' },
    });

  it.each<[Record<string, string>]>([
    [{ 'Sec-Fetch-Site': 'cross-site' }],
    [{ 'Sec-Fetch-Site': 'same-site' }],
    [{ 'Sec-Fetch-Site': 'something-new' }],
    [{ Origin: 'https://evil.example' }],
    [{ Origin: 'null' }],
    [{ Origin: 'http://127.0.0.1:1' }],
  ])('changes nothing with the Basic credentials that a browser remembers: %j', async (headers) => {
    const { status, body } = await post(basic(ADMIN_KEY), headers);
    expect([status, body.code]).toEqual([403, 'cross_site_request']);
    const [row] = await test.watch.query(`SELECT 1 FROM admin_key WHERE name = 'made in a browser'`);
    expect(row).toBeUndefined();
  });

  it('hinders no page of our own, no script, and nobody who sends the key as Bearer', async () => {
    const ours: [string, Record<string, string>][] = [
      [basic(ADMIN_KEY), {}],
      [basic(ADMIN_KEY), { Origin: `http://${host()}` }],
      [basic(ADMIN_KEY), { 'Sec-Fetch-Site': 'same-origin', Origin: 'https://turnpike.example' }],
      [basic(ADMIN_KEY), { 'Sec-Fetch-Site': 'none' }],
      [`Bearer ${ADMIN_KEY}`, { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example' }],
    ];
    for (const [authorization, headers] of ours) {
      expect([headers, (await post(authorization, headers)).status]).toEqual([headers, 201]);
    }
    const read = { Authorization: basic(ADMIN_KEY), 'Sec-Fetch-Site': 'cross-site' };
    expect((await test.call('GET', 'keys', { key: '', headers: read })).status).toBe(200);
  });
});

describe('when Postgres refuses', () => {
  const test = adminTest([ProbeModule]);

  it.each(['', 'x', '9'.repeat(40), '%00'])(
    'the value "%s", the caller is told that it is the value',
    async (value) => {
      const { status, body } = await test.call('GET', `probe/number?value=${value}`);
      expect([status, body.code]).toEqual([400, 'value_refused']);
    },
  );

  it('a statement that is wrong, that is our defect', async () => {
    expect(await test.call('GET', 'probe/defect')).toMatchObject({
      status: 500,
      body: { code: 'internal_error' },
    });
  });

  it('to go on in the middle of a request, the caller is told to come back', async () => {
    const blocker = test.app.nest.get(DataSource).createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE');
    const asking = test.call('GET', 'audit');
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    while ((await test.watch.query(end)).length === 0);
    const { status, body, headers } = await asking;
    expect([status, body.code, headers.get('Retry-After')]).toEqual([503, 'store_unavailable', '5']);
    await blocker.rollbackTransaction();
    await blocker.release();
    expect((await test.call('GET', 'audit')).status).toBe(200);
  });
});
