import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { signedRequest } from '../src/event-factories/signed-request.js';
import { CONNECT_SECRET, type Delivery, DIRECT_SECRET } from './harness/app.js';
import { inboundTest } from './harness/inbound-test.js';
import { expectProblem } from './harness/refusal.js';
import { paymentFor, routes } from './harness/routes.js';

const test = inboundTest();

const now = () => Math.floor(Date.now() / 1_000);
const good = '(the good one)';
const zeros = '0'.repeat(64);

/** A header with `(the good one)` in place of the valid MAC, and the time it is for. */
function header(pattern: string, secret: string, body: string, time: number): string {
  const { headers } = signedRequest({ body, secret, timestamp: time });
  const mac = /v1=(\w+)/.exec(headers['Stripe-Signature'] ?? '')?.[1] ?? '';
  return pattern.replaceAll('NOW', String(time)).replaceAll(good, mac);
}

describe.each(routes)('POST $path', (route) => {
  const { path, secret } = route;
  let before: Awaited<ReturnType<typeof test.counts>>;

  beforeEach(async () => {
    before = await test.counts();
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const deliver = (delivery: Delivery) => test.app.deliver({ path, secret, ...delivery });

  /** The answer is this problem, and neither an event nor a run was stored. */
  async function expectRefused(delivery: Delivery, status: number, code: string) {
    expectProblem(await deliver(delivery), status, code);
    expect(await test.counts()).toEqual(before);
  }

  /** 200, and exactly this one event is stored. */
  async function expectStored(id: string, delivery: Delivery) {
    const answer = await deliver(delivery);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: { received: true } });
    expect(await test.stored(id)).toHaveLength(1);
    expect((await test.counts()).events).toBe(before.events + 1);
  }

  it('stores a new event before it answers 200', async () => {
    const event = paymentFor(route);
    await expectStored(event.id, { event });
    expect(await test.stored(event.id)).toEqual([
      expect.objectContaining({ kind: 'snapshot', source: route.source, account: route.account ?? null }),
    ]);
  });

  it('answers 200 to an event it has seen and stores nothing more, whatever the signature’s time', async () => {
    const event = paymentFor(route);
    await expectStored(event.id, { event, timestamp: now() - 60 });
    expect((await deliver({ event })).status).toBe(200);
    expect(await test.stored(event.id)).toHaveLength(1);
    expect((await test.counts()).events).toBe(before.events + 1);
  });

  it.each([
    ['no header', undefined, 'signature_missing'],
    ['an empty header', '', 'signature_missing'],
    ['a header without a time', `v1=${good}`, 'signature_malformed'],
    ['a time that is no number', `t=soon,v1=${good}`, 'signature_malformed'],
    ['an empty time', `t=,v1=${good}`, 'signature_malformed'],
    ['a negative time', `t=-NOW,v1=${good}`, 'signature_malformed'],
    ['words', 'let me in', 'signature_malformed'],
    ['separators only', ',=,,=', 'signature_malformed'],
    ['no signature', 't=NOW', 'signature_scheme_unsupported'],
    ['a v0 signature only', `t=NOW,v0=${good}`, 'signature_scheme_unsupported'],
    ['a scheme nobody knows', `t=NOW,v2=${good},V1=${good}`, 'signature_scheme_unsupported'],
    ['a wrong signature', `t=NOW,v1=${zeros}`, 'signature_mismatch'],
    ['an empty v1', 't=NOW,v1=', 'signature_mismatch'],
    ['a v1 without a value', 't=NOW,v1', 'signature_mismatch'],
    ['a cut signature', `t=NOW,v1=${good}`.replace(good, 'abcdef'), 'signature_mismatch'],
    ['a signature with more behind it', `t=NOW,v1=${good}00`, 'signature_mismatch'],
    ['a good v0 beside a wrong v1', `t=NOW,v1=${zeros},v0=${good}`, 'signature_mismatch'],
    ['another time than the signed one', `t=1NOW,v1=${good}`, 'signature_mismatch'],
    ['two times, the signed one first', `t=NOW,t=1NOW,v1=${good}`, 'signature_mismatch'],
  ])('refuses %s with 400', async (_title, pattern, code) => {
    const body = JSON.stringify(paymentFor(route));
    const value = pattern === undefined ? undefined : header(pattern, secret, body, now());
    await expectRefused({ body, headers: { 'stripe-signature': value } }, 400, code);
  });

  it('refuses a signature by a secret that is not this endpoint’s', async () => {
    const others = [DIRECT_SECRET, CONNECT_SECRET].filter(
      (other) => path !== '/webhooks' && other !== secret,
    );
    for (const foreign of ['whsec_unknown', `${secret} `, ...others]) {
      await expectRefused({ event: paymentFor(route), secret: foreign }, 400, 'signature_mismatch');
    }
  });

  it('refuses a signature over other bytes, were it only the white space', async () => {
    const event = paymentFor(route);
    const signature = header(`t=NOW,v1=${good}`, secret, JSON.stringify(event, null, 2), now());
    const headers = { 'stripe-signature': signature };
    await expectRefused({ body: JSON.stringify(event), headers }, 400, 'signature_mismatch');
  });

  it.each([
    ['among wrong ones', `t=NOW,v1=${zeros},v1=${good},v1=${zeros}`],
    ['beside an empty one', `t=NOW,v1=,v1=${good}`],
    ['beside a v0 decoy', `t=NOW,v1=${good},v0=${zeros}`],
    ['before the time', `v1=${good},t=NOW`],
    ['beside members nobody knows', `v9=x,t=NOW,foo,v1=${good},bar=baz`],
  ])('accepts a good v1 %s', async (_title, pattern) => {
    const event = paymentFor(route);
    const body = JSON.stringify(event);
    const headers = { 'stripe-signature': header(pattern, secret, body, now()) };
    await expectStored(event.id, { body, headers });
  });

  it('accepts a signature exactly as old as the tolerance, and refuses one a second older', async () => {
    const signed = now() - 300;
    const event = paymentFor(route);
    jest.spyOn(Date, 'now').mockReturnValue((signed + 301) * 1_000);
    await expectRefused({ event, timestamp: signed }, 400, 'signature_expired');
    jest.spyOn(Date, 'now').mockReturnValue((signed + 300) * 1_000 + 999);
    await expectStored(event.id, { event, timestamp: signed });
  });

  it('accepts a time ahead of its own clock, as Stripe’s library does', async () => {
    const event = paymentFor(route);
    await expectStored(event.id, { event, timestamp: now() + 86_400 });
  });

  it.each([
    ['no type', undefined],
    ['text', 'text/plain'],
    ['a form', 'application/x-www-form-urlencoded'],
    ['multipart', 'multipart/form-data; boundary=x'],
    ['a type that only begins like JSON', 'application/json5'],
    ['JSON as a parameter', 'text/plain; application/json'],
  ])('refuses %s as Content-Type with 415', async (_title, type) => {
    const delivery = { event: paymentFor(route), headers: { 'content-type': type } };
    await expectRefused(delivery, 415, 'media_type_unsupported');
  });

  it.each([
    'application/json',
    'Application/JSON',
    'application/json;charset=utf-8',
    'application/json ; x=y',
  ])('accepts Content-Type: %s', async (type) => {
    const event = paymentFor(route);
    await expectStored(event.id, { event, headers: { 'content-type': type } });
  });

  it.each(['gzip', 'br', 'identity', 'gzip, identity', ''])(
    'refuses Content-Encoding: “%s” with 415, signed or not',
    async (encoding) => {
      const delivery = { event: paymentFor(route), headers: { 'content-encoding': encoding } };
      await expectRefused(delivery, 415, 'content_encoding_unsupported');
    },
  );

  it('refuses a compressed body, whichever bytes were signed', async () => {
    const body = gzipSync(JSON.stringify(paymentFor(route)));
    const encoded = { 'content-encoding': 'gzip' };
    await expectRefused({ body, headers: encoded }, 415, 'content_encoding_unsupported');
    await expectRefused({ body }, 400, 'payload_not_json');
  });

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])(
    'answers 405 with Allow to %s',
    async (method) => {
      const preflight = { Origin: 'https://example.com', 'Access-Control-Request-Method': 'POST' };
      const response = await fetch(test.app.url + path, { method, headers: preflight });
      expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({
        status: 405,
        allow: 'POST',
      });
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      const text = await response.text();
      const code = text && (JSON.parse(text) as { code: string }).code;
      expect(code).toBe(method === 'HEAD' ? '' : 'method_not_allowed');
    },
  );

  it('says nothing to browsers of other origins, and does not name its software', async () => {
    const headers = { origin: 'https://example.com' };
    const answers = [
      await deliver({ event: paymentFor(route), headers }),
      await deliver({ event: paymentFor(route), secret: 'whsec_unknown', headers }),
      await fetch(test.app.url + path, { method: 'OPTIONS', headers }),
    ];
    const names = answers.flatMap((answer) => [...answer.headers.keys()]);
    expect(names.filter((name) => /^(access-control-|x-powered-by|server|etag)/.test(name))).toEqual([]);
  });
});

it.each(['/', '/nope', '/webhook/more', '/webhookx', '/.env', '/%E0%A4%A', '/%00'])(
  'answers 404 or 400 to %s, in the form of every refusal',
  async (path) => {
    for (const method of ['GET', 'POST']) {
      const response = await fetch(test.app.url + path, { method });
      const body = (await response.json()) as Record<string, unknown>;
      expect([400, 404]).toContain(response.status);
      expectProblem(
        { status: response.status, headers: response.headers, body },
        response.status,
        response.status === 404 ? 'route_not_found' : 'request_refused',
      );
    }
  },
);
