import { describe, expect, it } from '@jest/globals';
import { signedRequest } from '../src/event-factories/signed-request.js';
import { absentFeatures } from './harness/absent-features.js';
import { CONNECT_SECRET, DIRECT_SECRET } from './harness/app.js';
import { APP_SECRET, identity } from './harness/app-backend-test.js';
import { ISSUING_SECRET } from './harness/issuing-test.js';
import { wholeApp } from './harness/whole-app.js';

/** Every route of the application, and who may use it. A route that is not in the list fails this test. */

type Guard =
  | { by: 'signature'; of: string[] }
  | { by: 'app signature'; over: 'identity' | 'payload' }
  | { by: 'admin key'; scope: 'read' | 'replay' | 'admin'; restrictable: boolean }
  | { by: 'nobody'; because: string; status: number };

/** Stripe, by the signing secret of one of these endpoints. */
const signature = (...of: string[]): Guard => ({ by: 'signature', of });
/** The UI of a Stripe App, by Stripe's signature over this. */
const app = (over: 'identity' | 'payload'): Guard => ({ by: 'app signature', over });
/** Operators with a key of this scope; `restrictable`: also with a key for some accounts, which then sees those alone. */
const admin = (scope: 'read' | 'replay' | 'admin', restrictable?: 'restrictable'): Guard => ({
  by: 'admin key',
  scope,
  restrictable: restrictable !== undefined,
});
/** Anybody, and why that is right. */
const open = (because: string, status = 200): Guard => ({ by: 'nobody', because, status });

const wrongMethod = open('says only that the method is wrong', 405);

/** What features bring in, by the feature: whoever takes one away need not touch this. */
const ROUTES_OF_FEATURES: Record<string, Record<string, Guard>> = {
  'connected-accounts': {
    'GET /admin/connected-accounts': admin('read', 'restrictable'),
    'GET /admin/connected-accounts/:account': admin('read', 'restrictable'),
  },
  orders: {
    'GET /admin/orders': admin('read', 'restrictable'),
    'GET /admin/orders/:id': admin('read', 'restrictable'),
  },
  payouts: {
    'GET /admin/payouts': admin('read', 'restrictable'),
    'GET /admin/payouts/:id': admin('read', 'restrictable'),
    'GET /admin/payout-problems': admin('read', 'restrictable'),
  },
};

const ROUTES: Record<string, Guard> = {
  'POST /webhook': signature(DIRECT_SECRET),
  'ALL /webhook': wrongMethod,
  'POST /connect-webhook': signature(CONNECT_SECRET),
  'ALL /connect-webhook': wrongMethod,
  'POST /webhooks': signature(DIRECT_SECRET, CONNECT_SECRET),
  'ALL /webhooks': wrongMethod,
  'POST /issuing/authorizations': signature(ISSUING_SECRET),
  'ALL /issuing/authorizations': wrongMethod,

  'POST /app/session': app('identity'),
  'POST /app/customers': app('payload'),
  'POST /app/customers/list': app('payload'),
  'POST /app/payment-intents': app('payload'),

  'GET /metrics': open('scraped by Prometheus inside the network; holds no payload and no secret'),
  'GET /health/live': open('asked by orchestrators; says that the process responds'),
  'GET /health/ready': open('asked by orchestrators; says only which part is down'),

  'GET /admin/events': admin('read', 'restrictable'),
  'GET /admin/events/:id': admin('read', 'restrictable'),
  'GET /admin/events/:id/payload': admin('read', 'restrictable'),
  'POST /admin/events/:id/replay': admin('replay', 'restrictable'),
  'GET /admin/objects/:id/timeline': admin('read', 'restrictable'),
  'POST /admin/replays': admin('replay', 'restrictable'),
  'GET /admin/replays': admin('read', 'restrictable'),
  'GET /admin/replays/:id': admin('read', 'restrictable'),
  'GET /admin/replays/:id/progress': admin('read', 'restrictable'),
  'POST /admin/replays/:id/pause': admin('replay', 'restrictable'),
  'POST /admin/replays/:id/resume': admin('replay', 'restrictable'),
  'POST /admin/replays/:id/cancel': admin('replay', 'restrictable'),
  'GET /admin/failures': admin('read', 'restrictable'),
  'GET /admin/failures/:handler/:fingerprint': admin('read', 'restrictable'),
  'POST /admin/failures/:handler/:fingerprint/acknowledge': admin('replay'),
  'POST /admin/failures/:handler/:fingerprint/resolve': admin('replay'),
  'POST /admin/failures/:handler/:fingerprint/replay': admin('replay', 'restrictable'),
  'GET /admin/handlers': admin('read'),
  'GET /admin/handlers/:id': admin('read'),
  'POST /admin/handlers/:id/pause': admin('replay'),
  'POST /admin/handlers/:id/resume': admin('replay'),
  'GET /admin/queues': admin('read'),
  'GET /admin/queues/{*path}': admin('read'),
  'ALL /admin/queues/{*path}': admin('replay'),
  'GET /admin/mail': admin('read', 'restrictable'),
  'POST /admin/mail/:id/retry': admin('replay', 'restrictable'),
  'GET /admin/keys': admin('admin'),
  'POST /admin/keys': admin('admin'),
  'GET /admin/keys/current': admin('read', 'restrictable'),
  'POST /admin/keys/:id/revoke': admin('admin'),
  'GET /admin/audit': admin('admin'),
  'GET /admin/openapi.json': admin('read', 'restrictable'),
  'GET /admin/docs': admin('read', 'restrictable'),
  'GET /admin/docs/:file': admin('read', 'restrictable'),

  'GET /admin/alerts': admin('read'),
  'GET /admin/alerts/:id': admin('read'),
  'POST /admin/alerts/:id/acknowledge': admin('replay'),
  'POST /admin/alerts/test': admin('replay'),
  'GET /admin/alerts/webhooks': admin('read'),
  'POST /admin/alerts/webhooks/:id/retry': admin('replay'),
  'POST /admin/erasures': admin('admin'),
  'GET /admin/erasures/:id': admin('admin'),

  'GET /admin/issuing/rules': admin('read'),
  'GET /admin/issuing/rules/:id': admin('read'),
  'POST /admin/issuing/rules': admin('admin'),
  'PATCH /admin/issuing/rules/:id': admin('admin'),
  'POST /admin/issuing/rules/:id/disable': admin('admin'),
  'GET /admin/issuing/decisions': admin('read', 'restrictable'),
  ...Object.assign(
    {},
    ...Object.entries(ROUTES_OF_FEATURES)
      .filter(([name]) => !absentFeatures.includes(name))
      .map(([, routes]) => routes),
  ),
};

const NEWCOMER = `Write it into ROUTES of test/route-inventory.spec.ts, with what guards it:
  'GET /admin/things': admin('read', 'restrictable')   for @AdminRoute('read', { restrictable: true })
  'POST /admin/things': admin('replay')                for @AdminRoute('replay')
  'POST /app/things': app('payload')                   for @AppRoute({ signed: 'payload' })
  'POST /things-webhook': signature(DIRECT_SECRET)     for @SignedBy('direct')
  'GET /things': open('why anybody may read them')     for @OpenRoute('why anybody may read them')
This test then tries over HTTP that the guard is there.`;

interface Layer {
  name: string;
  route?: { path: string; methods: Record<string, boolean> };
}

const test = wholeApp();
const layers = () =>
  (test.app.nest.getHttpAdapter().getInstance() as { router: { stack: Layer[] } }).router.stack;

/** `GET /admin/keys`; `ALL` for what answers every method. */
const routesOfApp = (): string[] =>
  layers().flatMap(({ route }) => {
    const methods = Object.keys(route?.methods ?? {}).map((method) => method.toUpperCase());
    return (methods.length > 5 ? ['ALL'] : methods).map((method) => `${method} ${route?.path}`);
  });

/** What the application writes by itself as time goes by. */
const OWN_WORK = /^alert/;

/** What is in the database. */
async function everything(): Promise<unknown> {
  const tables = await test.watch.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
     AND relnamespace = 'public'::regnamespace ORDER BY relname`,
  );
  const found: Record<string, string | undefined> = {};
  for (const { name } of tables.filter((table) => !OWN_WORK.test(table.name))) {
    const [row] = await test.watch.query<{ rows: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ',' ORDER BY t::text)), '') AS rows FROM "${name}" t`,
    );
    found[name] = row?.rows;
  }
  return found;
}

/** The status of the answer, and its code if it is a problem. */
async function answerTo(
  name: string,
  request: { headers?: Record<string, string>; body?: Uint8Array<ArrayBuffer> } = {},
) {
  const [method = '', template = ''] = name.split(' ');
  const path = template.replaceAll(/:\w+|\{\*\w+\}/g, '1');
  const response = await fetch(test.app.url + path, {
    method: method === 'ALL' ? 'PUT' : method,
    ...request,
  });
  const text = await response.text();
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  return [response.status, isProblem ? (JSON.parse(text) as { code: string }).code : 'no problem'];
}

const entries = Object.entries(ROUTES);
const guardedBy = <B extends Guard['by']>(by: B) =>
  entries.filter((entry): entry is [string, Extract<Guard, { by: B }>] => entry[1].by === by);

it('every route of the application is in the list, and every entry of the list is a route', () => {
  const actual = routesOfApp();
  const complaints = [
    ...actual
      .filter((name) => !(name in ROUTES))
      .map((name) => `There is a new route, ${name}.\n${NEWCOMER}`),
    ...Object.keys(ROUTES)
      .filter((name) => !actual.includes(name))
      .map((name) => `There is no route ${name} any more: take it out of ROUTES.`),
    ...actual
      .filter((name, at) => actual.indexOf(name) !== at)
      .map((name) => `There are two routes ${name}: only the first one is ever reached.`),
  ];
  expect(complaints.join('\n\n')).toBe('');
});

it('nothing answers beside the routes: what else is in the router passes everything on', () => {
  const others = layers()
    .filter(({ route }) => !route)
    .map(({ name }) => name);
  // Nest's middleware, ours for every request, and its two last ones: not found, and errors.
  expect([...new Set(others)].toSorted()).toEqual(['<anonymous>', 'handler', 'refuseAmbiguousHead']);
});

describe('nothing happens to a request for a route that is guarded by', () => {
  const event = {
    id: 'evt_inventory',
    object: 'event',
    type: 'ping',
    livemode: false,
    created: 1_790_000_000,
  };
  const signed = (body: object, secret: string, timestamp?: number) => {
    const request = signedRequest({
      body: JSON.stringify(body),
      secret,
      ...(timestamp !== undefined && { timestamp }),
    });
    return { headers: request.headers, body: new Uint8Array(request.body) };
  };
  const unsigned = {
    headers: { 'Content-Type': 'application/json' },
    body: new TextEncoder().encode(JSON.stringify(event)),
  };

  it('a signing secret, without a signature, with that of another endpoint, or with an old one', async () => {
    const before = await everything();
    const secrets = [DIRECT_SECRET, CONNECT_SECRET, ISSUING_SECRET, APP_SECRET, 'whsec_stranger'];
    for (const [name, { of }] of guardedBy('signature')) {
      expect([name, ...(await answerTo(name, unsigned))]).toEqual([name, 400, 'signature_missing']);
      for (const other of secrets.filter((secret) => !of.includes(secret))) {
        const answer = await answerTo(name, signed(event, other));
        expect([name, ...answer]).toEqual([name, 400, 'signature_mismatch']);
      }
      for (const own of of) {
        const answer = await answerTo(name, signed(event, own, 1_600_000_000));
        expect([name, ...answer]).toEqual([name, 400, 'signature_expired']);
      }
    }
    expect(await everything()).toEqual(before);
  });

  it('an app’s signature, without one, with another secret, or over less than the route acts on', async () => {
    const before = await everything();
    const body = { email: 'jenny@example.com', amount: 1, currency: 'eur', ...identity };
    for (const [name, { over }] of guardedBy('app signature')) {
      expect([name, ...(await answerTo(name, unsigned))]).toEqual([name, 400, 'signature_missing']);
      for (const other of [DIRECT_SECRET, 'absec_stranger']) {
        const answer = await answerTo(name, signed(body, other));
        expect([name, ...answer]).toEqual([name, 400, 'signature_mismatch']);
      }
      const old = await answerTo(name, signed(body, APP_SECRET, 1_600_000_000));
      expect([name, ...old]).toEqual([name, 400, 'signature_expired']);
      const stranger = await answerTo(name, signed({ ...body, account_id: 'acct_stranger' }, APP_SECRET));
      expect([name, stranger[0]]).toEqual([name, 403]);
      if (over === 'identity') continue;
      const { headers } = signed(identity, APP_SECRET);
      const partly = { headers, body: new TextEncoder().encode(JSON.stringify(body)) };
      expect([name, ...(await answerTo(name, partly))]).toEqual([name, 403, 'app_payload_not_signed']);
    }
    expect(await everything()).toEqual(before);
  });

  it('an admin key, without one, with a wrong one, or with one that may less', async () => {
    const keys = new Map<string, string>();
    for (const scope of ['read', 'replay', 'restricted']) {
      keys.set(scope, `Bearer ${await test.addKey(scope)}`);
    }
    const before = await everything();
    const withKey = (name: string, authorization = '') =>
      answerTo(name, { headers: { Authorization: authorization } });
    for (const [name, { scope, restrictable }] of guardedBy('admin key')) {
      for (const wrong of [undefined, 'Bearer tpk_stranger', 'Basic OnRwa19zdHJhbmdlcg==', 'Bearer']) {
        expect([name, ...(await withKey(name, wrong))]).toEqual([name, 401, 'admin_key_missing']);
      }
      const lower = { read: [], replay: ['read'], admin: ['read', 'replay'] }[scope];
      for (const less of lower) {
        expect([name, ...(await withKey(name, keys.get(less)))]).toEqual([name, 403, 'admin_scope_missing']);
      }
      if (restrictable) continue;
      const restricted = await withKey(name, keys.get('restricted'));
      expect([name, ...restricted]).toEqual([name, 403, 'account_restricted']);
    }
    expect(await everything()).toEqual(before);
  });
});

it('a key that is restricted may use exactly the routes that are said to be for it', async () => {
  const key = await test.addKey('restricted');
  for (const [name] of guardedBy('admin key').filter(
    ([name, guard]) => guard.restrictable && name.startsWith('GET') && !name.endsWith('progress'),
  )) {
    const [status] = await answerTo(name, { headers: { Authorization: `Bearer ${key}` } });
    expect([name, [200, 400, 404].includes(Number(status))]).toEqual([name, true]);
  }
});

it('what anybody may call answers without a key, and changes nothing', async () => {
  const before = await everything();
  for (const [name, { status }] of guardedBy('nobody')) {
    expect([name, (await answerTo(name))[0]]).toEqual([name, status]);
  }
  expect(await everything()).toEqual(before);
});
