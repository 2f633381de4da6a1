import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { ADMIN_KEY } from '../harness/admin-test.js';
import { DIRECT_SECRET } from '../harness/app.js';
import { requestHead } from '../harness/raw-request.js';
import { doors, wholeApp } from '../harness/whole-app.js';

/** Paths, methods and headers that are to lead past a guard, or into an answer. */

const test = wholeApp();

/** Other ways to write a path. Whichever of them the router understands, the guard is the same. */
const spellings: [title: string, spell: (path: string) => string][] = [
  ['as it is', (path) => path],
  ['in capitals', (path) => path.toUpperCase()],
  ['with a slash behind', (path) => `${path}/`],
  ['with a slash before', (path) => `/${path}`],
  ['with slashes everywhere', (path) => path.replaceAll('/', '//')],
  ['with a query', (path) => `${path}?x=/health/live`],
  ['with a fragment', (path) => `${path}#/health/live`],
  ['with a matrix parameter', (path) => `${path};x=1`],
  ['behind a public page', (path) => `/health/live/..${path}`],
  ['behind an encoded public page', (path) => `/health/live/%2e%2e${path}`],
  ['behind an encoded slash', (path) => `/health/live%2f..${path}`],
  ['through here', (path) => `/.${path}`],
  ['through nowhere', (path) => `/x/..${path}`],
  [
    'with a letter encoded',
    (path) => path.replace(/\/(.)/, (_all, letter: string) => `/%${letter.charCodeAt(0).toString(16)}`),
  ],
  [
    'with a letter encoded twice',
    (path) => path.replace(/\/(.)/, (_all, letter: string) => `/%25${letter.charCodeAt(0).toString(16)}`),
  ],
  ['with an encoded slash', (path) => `%2f${path.slice(1)}`.replace(/^/, '/')],
  ['with NUL behind', (path) => `${path}%00`],
  ['with NUL and an ending', (path) => `${path}%00.css`],
  ['with a space behind', (path) => `${path}%20`],
  ['with a line end', (path) => `${path}%0d%0aX-Injected:%20yes`],
  ['with an overlong slash', (path) => path.replaceAll('/', '/%c0%af')],
  ['with a backslash', (path) => `/%5c${path}`],
  ['with full-width letters', (path) => `${path}%ef%bc%8f`],
  ['of another host', (path) => `http://evil.example${path}`],
  ['of another host, which is also ours', (path) => `http://evil.example@x${path}`],
  ['of another scheme', (path) => `file://${path}`],
];

/** Headers by which proxies and frameworks let a request be another one. */
const overrides: [string, string][] = [
  ['X-HTTP-Method-Override', 'POST'],
  ['X-HTTP-Method', 'POST'],
  ['X-Method-Override', 'POST'],
  ['X-Original-URL', '/health/live'],
  ['X-Rewrite-URL', '/health/live'],
  ['X-Forwarded-Host', 'evil.example'],
  ['X-Forwarded-Prefix', '/admin'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-Real-IP', '127.0.0.1'],
  ['Forwarded', 'for=127.0.0.1;host=x'],
  ['X-Stripe-Signature', 't=1,v1=0'],
];

const counts = async () =>
  test.watch.query(
    `SELECT (SELECT count(*) FROM stripe_event)::int AS events, (SELECT count(*) FROM admin_key)::int AS keys,
            (SELECT count(*) FROM issuing_decision)::int AS decisions`,
  );

/** What may be in the head of an answer that is not a success. */
const HEADERS = new Set(
  (
    'allow cache-control connection content-length content-security-policy content-type ' +
    'cross-origin-embedder-policy cross-origin-opener-policy cross-origin-resource-policy date keep-alive ' +
    'origin-agent-cluster referrer-policy strict-transport-security vary www-authenticate ' +
    'access-control-allow-origin access-control-expose-headers x-content-type-options ' +
    'x-dns-prefetch-control x-download-options x-frame-options x-permitted-cross-domain-policies x-xss-protection'
  ).split(' '),
);

describe.each(doors.map(({ name, path }) => [name, path]))('%s', (_name, path) => {
  const event = createEvent('payment_intent.succeeded');
  const { body, headers } = signedRequest({ event, secret: 'whsec_stranger' });
  const stranger = { ...headers, Authorization: 'Bearer tpk_stranger' };
  const post = (target: string, more: Record<string, string> = {}, method = 'POST') => {
    const lines = { Host: 'x', ...stranger, ...more, 'Content-Length': String(body.length) };
    return test.send(requestHead(`${method} ${target}`, Object.entries(lines)), body);
  };

  it.each(spellings)('is closed to strangers, its path %s', async (_title, spell) => {
    const before = await counts();
    const answer = await post(spell(path));
    expect([400, 401, 404]).toContain(answer.status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect([...answer.headers.keys()].filter((name) => !HEADERS.has(name))).toEqual([]);
    expect(await counts()).toEqual(before);
  });

  it.each(overrides)('is closed to strangers who send %s: %s', async (name, value) => {
    const before = await counts();
    for (const method of ['POST', 'PUT']) {
      const answer = await post(path, { [name]: value }, method);
      expect([400, 401, 404, 405]).toContain(answer.status);
    }
    expect(await counts()).toEqual(before);
  });

  it.each(['PUT', 'PATCH', 'DELETE', 'TRACE', 'PROPFIND', 'PURGE', 'QUERY', 'LINK', 'SUBSCRIBE', 'MOVE'])(
    'knows no %s, and sends nothing of a request back',
    async (method) => {
      const answer = await post(`${path}?_method=POST`, { 'X-Echo': 'echo-echo' }, method);
      expect([404, 405]).toContain(answer.status);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(JSON.stringify([[...answer.headers], answer.body])).not.toMatch(/echo-echo|tpk_stranger/);
    },
  );
});

it('an admin route has its security headers however its path is written', async () => {
  for (const path of ['/admin/keys', '/ADMIN/keys', '/admin/keys/', '/Admin/Keys?x', 'http://x/admin/keys']) {
    for (const key of ['', `Authorization: Bearer ${ADMIN_KEY}\r\n`]) {
      const { headers } = await test.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n${key}\r\n`);
      expect([path, headers.get('cache-control')]).toEqual([path, 'no-store']);
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    }
  }
});

it.each(['x', '', 'evil"><script>', '127.0.0.1:1', 'x:99999', '[::1', 'x/../y', 'a'.repeat(5_000)])(
  'the Host %j is not believed and not repeated',
  async (host) => {
    const answer = await test.send(`GET /admin/keys HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(answer.status).toBe(401);
    if (host.length > 1) expect(JSON.stringify([[...answer.headers], answer.body])).not.toContain(host);
  },
);

it.each([
  ['a path', '/no%0d%0aX-Injected:%20yes%0d%0a%0d%0a<script>'],
  ['an id', '/admin/handlers/no%0d%0aX-Injected:%20yes'],
  ['a parameter', '/admin/events?no%0d%0aX-Injected:%20yes=1'],
  ['a value', '/admin/events?limit=%0d%0aX-Injected:%20yes'],
  ['a file', '/admin/docs/no%0d%0aX-Injected:%20yes'],
  ['a page of the board', '/admin/queues/static/no%0d%0aX-Injected:%20yes'],
  ['a folder of the board', '/admin/queues/static//evil.example/%0d%0aX-Injected:%20yes'],
])('a line end in %s ends no header', async (_title, path) => {
  const authorization = `Authorization: Bearer ${ADMIN_KEY}\r\n`;
  const answer = await test.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n${authorization}\r\n`);
  expect([400, 404]).toContain(answer.status);
  expect(answer.headers.get('x-injected')).toBeNull();
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
});

it('a signature that was seen by somebody is of use for its own bytes alone, and only for a while', async () => {
  const seen = createEvent('payment_intent.succeeded');
  const time = Math.floor(Date.now() / 1_000);
  const of = (timestamp: number) => signedRequest({ event: seen, secret: DIRECT_SECRET, timestamp });
  const replay = async (header: string | undefined, body: string | Uint8Array, path = '/webhook') =>
    (await test.app.deliver({ path, body, headers: { 'stripe-signature': header } })).body.code ?? 'stored';
  const { body, headers } = of(time);
  const fresh = headers['Stripe-Signature'];
  expect(await replay(fresh, body)).toBe('stored');
  expect(await replay(fresh, body)).toBe('stored');
  expect(await test.watch.query('SELECT 1 FROM stripe_event WHERE id = $1', [seen.id])).toHaveLength(1);
  expect(await replay(fresh, Buffer.concat([body, Buffer.from(' ')]))).toBe('signature_mismatch');
  expect(await replay(fresh, body, '/connect-webhook')).toBe('signature_mismatch');
  expect(await replay(fresh, body, '/issuing/authorizations')).toBe('signature_mismatch');
  const old = of(time - 600).headers['Stripe-Signature'] ?? '';
  expect(await replay(old, body)).toBe('signature_expired');
  expect(await replay(old.replace(/t=\d+/, `t=${time}`), body)).toBe('signature_mismatch');
  expect(await replay(`${old},t=${time}`, body)).toBe('signature_mismatch');
  // A clock may be behind Stripe's; nobody but Stripe can write such a time.
  expect(await replay(of(time + 600).headers['Stripe-Signature'], body)).toBe('stored');
});

it('and after all that the next event of Stripe’s is taken as ever', () => test.expectServing());
