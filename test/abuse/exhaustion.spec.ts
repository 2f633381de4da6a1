import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { DIRECT_SECRET } from '../harness/app.js';
import { RawConnection } from '../harness/raw-request.js';
import { expectProblem } from '../harness/refusal.js';
import { steadyLoad } from '../harness/steady-load.js';
import { wholeApp } from '../harness/whole-app.js';

/** Senders that want nothing but our time, memory or connections. */

const test = wholeApp();
const server = () => test.app.nest.getHttpServer();
const MiB = 1024 * 1024;

const head = 'POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`;

it('by default a request has 10 seconds for its headers and 30 in all, and that is looked after', () => {
  expect(server()).toMatchObject({
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    connectionsCheckingInterval: 2_000,
    maxConnections: 10_000,
  });
});

/** Each stops in the middle of something. */
const unfinished: Record<string, string> = {
  'nothing at all': '',
  'half a request line': 'POST /web',
  'half a header': `${head}Stripe-Sig`,
  'headers without an end': head,
  'no body': `${head}Content-Length: 10\r\n\r\n`,
  'half a body': `${head}Content-Length: 10\r\n\r\n12345`,
  'half the size of a chunk': `${chunked}a`,
  'half a chunk': `${chunked}a\r\n12345`,
  'no last chunk': `${chunked}1\r\nx\r\n`,
  'half a trailer': `${chunked}1\r\nx\r\n0\r\nX: `,
  ...Object.fromEntries(
    ['/issuing/authorizations', '/app/session', '/admin/keys', '/nope'].map((path) => [
      `no body for ${path}`,
      `${head.replace('/webhook', path)}Content-Length: 10\r\n\r\n`,
    ]),
  ),
};

it('slow senders hinder nobody, and each is told so and cut off when its time is over', async () => {
  const slow = await Promise.all(
    Object.entries(unfinished).map(async ([title, bytes]) => {
      const connection = await test.connect();
      if (bytes) await connection.write(bytes);
      return { title, connection };
    }),
  );
  await test.expectServing();
  // From here on nobody else sends: on a slow machine, honest requests would be too slow as well.
  Object.assign(server(), { headersTimeout: 10, requestTimeout: 20 });
  for (const { title, connection } of slow) {
    const answer = await connection.answer();
    // Who wanted an unknown page has been told that already.
    if (title.endsWith('/nope')) expectProblem(answer, 404, 'route_not_found');
    else expectProblem(answer, 408, 'request_timeout');
    await connection.ended();
  }
  Object.assign(server(), { headersTimeout: 10_000, requestTimeout: 30_000 });
  await test.expectServing();
});

describe('a body that never ends is not received for ever', () => {
  const endless = 'Transfer-Encoding: chunked\r\n\r\n';
  it.each([
    ['an event', `${head}${endless}`, 413],
    ['an event of no known type', `${head.replace('json', 'xml')}${endless}`, 415],
    ['a compressed event', `${head}Content-Encoding: br\r\n${endless}`, 415],
    ['an authorization', `${head.replace('/webhook', '/issuing/authorizations')}${endless}`, 413],
    ['an app’s request', `${head.replace('/webhook', '/app/session')}${endless}`, 413],
    ['an operator without a key', `${head.replace('/webhook', '/admin/keys')}${endless}`, 413],
    ['an unknown page', `${head.replace('/webhook', '/nope')}${endless}`, 404],
    ['a wrong method', `${head.replace('POST', 'PUT')}${endless}`, 405],
  ])('for %s', async (_title, bytes, status) => {
    const connection = await test.connect();
    const piece = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(MiB, 'x'), Buffer.from('\r\n')]);
    await connection.write(bytes);
    let sent = 0;
    const sending = async () => {
      for (; sent < 64; sent++) await connection.write(piece);
    };
    await expect(sending()).rejects.toThrow(/EPIPE|ECONNRESET|destroyed|closed|ended/);
    expect(sent).toBeLessThan(64);
    // The answer is there for whoever stops sending in order to read it.
    const polite = await test.send(bytes, piece, piece, '0\r\n\r\n');
    expect(polite.status).toBe(status);
  });
});

it('a thousand connections that do nothing keep nobody out', async () => {
  const before = process.memoryUsage().rss;
  const idle = await Promise.all(Array.from({ length: 1_000 }, () => RawConnection.open(test.app.url)));
  for (const connection of idle) await connection.write('POST /webhook HTTP/1.1\r\nHost: x\r\nX: ');
  await test.expectServing();
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * MiB);
  for (const connection of idle) connection.close();
});

it('connections beyond the limit are closed at once, and those that are there are served', async () => {
  const honest = await test.connect();
  await test.expectServing(honest);
  server().maxConnections = 1;
  const dropped = await test.connect();
  await dropped.ended();
  await test.expectServing(honest);
  server().maxConnections = 10_000;
  await test.expectServing();
});

it('a flood of wrong signatures keeps no event of Stripe’s from being stored and acknowledged', async () => {
  const delay = monitorEventLoopDelay();
  delay.enable();
  const before = process.memoryUsage().rss;
  const strangers = await Promise.all(Array.from({ length: 2 }, () => RawConnection.open(test.app.url)));
  const body = 'x'.repeat(1_500);
  const forged = Buffer.from(
    `${head}Stripe-Signature: t=${Math.floor(Date.now() / 1_000)},v1=${'0'.repeat(64)}\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  );
  const burst = Buffer.concat(Array.from({ length: 5 }, () => forged));
  const flood = { isOn: true };
  let refused = 0;
  const floods = strangers.map(async (stranger) => {
    while (flood.isOn) {
      await stranger.write(burst);
      for (let i = 0; i < 5; i++) {
        expect((await stranger.answer()).body.code).toBe('signature_mismatch');
        refused++;
      }
    }
  });
  const events = Array.from({ length: 100 }, () => createEvent('payment_intent.succeeded'));
  const asked = await steadyLoad(test.app.url, events, {
    path: '/webhook',
    secret: DIRECT_SECRET,
    perSecond: 100,
  });
  flood.isOn = false;
  await Promise.all(floods);
  delay.disable();
  for (const stranger of strangers) stranger.close();
  expect(asked.filter(({ status }) => status !== 200)).toEqual([]);
  const stored = await test.watch.query('SELECT 1 FROM stripe_event WHERE id = ANY($1)', [
    events.map(({ id }) => id),
  ]);
  expect(stored).toHaveLength(events.length);
  expect(refused).toBeGreaterThan(0);
  expect(process.memoryUsage().rss - before).toBeLessThan(400 * MiB);
  expect(delay.max / 1e6).toBeLessThan(10_000);
});
