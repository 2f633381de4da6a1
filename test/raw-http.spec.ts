import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { signedRequest } from '../src/event-factories/signed-request.js';
import { inboundTest } from './harness/inbound-test.js';
import { RawConnection, requestHead } from './harness/raw-request.js';
import { expectProblem } from './harness/refusal.js';
import { paymentFor, routes } from './harness/routes.js';

/** What reaches the routes when the sender is no polite HTTP library. */

const LIMIT = 1_048_576;
const test = inboundTest();

const chunk = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
const lastChunk = '0\r\n\r\n';

describe.each(routes)('a connection to $path', (route) => {
  const { path, secret } = route;
  let connection: RawConnection;

  beforeEach(async () => {
    connection = await RawConnection.open(test.app.url);
  });
  afterEach(() => connection.close());

  type HeaderLine = readonly [string, string];

  /** Head and body of a signed request; `framing` says how the body's end is told. */
  function request(
    body: Buffer,
    more: HeaderLine[] = [],
    framing?: HeaderLine,
  ): { head: string; body: Buffer } {
    const { headers } = signedRequest({ body, secret });
    const lines: HeaderLine[] = [['Host', 'turnpike.test'], ...Object.entries(headers), ...more];
    const length: HeaderLine = ['Content-Length', String(body.length)];
    return { head: requestHead(`POST ${path}`, [...lines, framing ?? length]), body };
  }

  function payment(size?: number) {
    const event = paymentFor(route);
    const text = JSON.stringify(event);
    const body = Buffer.from(size === undefined ? text : text.padEnd(size));
    return { id: event.id, body };
  }

  /** The connection still serves: a valid event on it is stored. */
  async function expectUsable() {
    const { id, body } = payment();
    const { head } = request(body);
    await connection.write(head, body);
    expect(await connection.answer()).toMatchObject({ status: 200, body: { received: true } });
    expect(await test.stored(id)).toHaveLength(1);
  }

  it.each([
    ['two good ones', (good: string) => [good, good]],
    ['a good one first', (good: string) => [good, 't=1,v1=00']],
    ['a good one last', (good: string) => ['t=1,v1=00', good]],
    ['an empty one beside a good one', (good: string) => ['', good]],
    ['one header cut in two', (good: string) => good.split(',')],
  ])('refuses a second Stripe-Signature line: %s', async (_title, lines) => {
    const { id, body } = payment();
    const good = signedRequest({ body, secret }).headers['Stripe-Signature'] ?? '';
    const head = requestHead(`POST ${path}`, [
      ['Host', 'turnpike.test'],
      ['Content-Type', 'application/json'],
      ...lines(good).map((line) => ['stripe-SIGNATURE', line] as const),
      ['Content-Length', String(body.length)],
    ]);
    await connection.write(head, body);
    expectProblem(await connection.answer(), 400, 'signature_repeated');
    expect(await test.stored(id)).toEqual([]);
    await expectUsable();
  });

  it('takes a body of exactly the limit', async () => {
    const { id, body } = payment(LIMIT);
    await connection.write(request(body).head, body);
    expect((await connection.answer()).status).toBe(200);
    expect((await test.stored(id))[0]?.payload.equals(body)).toBe(true);
  });

  it.each([
    ['a byte over the limit', LIMIT + 1],
    ['of 5 MiB', 5 * LIMIT],
  ])('answers 413 to a body %s, and a sender that reads only afterwards reads it', async (_title, size) => {
    const { id, body } = payment(size);
    await connection.write(request(body).head, body);
    expectProblem(await connection.answer(), 413, 'body_too_large');
    expect(await test.stored(id)).toEqual([]);
  });

  it.each([
    ['a byte over the limit', LIMIT + 1],
    ['of 5 MiB', 5 * LIMIT],
  ])(
    'answers 413 to a chunked body %s, and a sender that reads only afterwards reads it',
    async (_title, size) => {
      const { id, body } = payment(size);
      await connection.write(request(body, [], ['Transfer-Encoding', 'chunked']).head);
      for (let at = 0; at < size; at += 65_536) await connection.write(chunk(body.subarray(at, at + 65_536)));
      await connection.write(lastChunk);
      expectProblem(await connection.answer(), 413, 'body_too_large');
      expect(await test.stored(id)).toEqual([]);
    },
  );

  it('answers 413 to an ordinary HTTP library', async () => {
    const { body } = payment(5 * LIMIT);
    expectProblem(await test.app.deliver({ path, secret, body }), 413, 'body_too_large');
  });

  it('hangs up on a sender whose body never ends', async () => {
    const { head } = request(Buffer.alloc(0), [], ['Transfer-Encoding', 'chunked']);
    const piece = chunk(Buffer.alloc(LIMIT));
    const send = async () => {
      await connection.write(head);
      for (let i = 0; i < 64; i++) await connection.write(piece);
    };
    await expect(send()).rejects.toThrow(/EPIPE|ECONNRESET|destroyed/);
  });

  it('answers 413 before the body is sent, and closes in order or goes on serving', async () => {
    const { body } = payment(LIMIT + 1);
    await connection.write(request(body).head);
    const answer = await connection.answer();
    expectProblem(answer, 413, 'body_too_large');
    const closes = answer.headers.get('connection') === 'close';
    const inOrder = closes
      ? connection.ended()
      : connection
          .write(body)
          .then(expectUsable)
          .then(() => true);
    expect(await inOrder).toBe(true);
  });

  it('takes a body in pieces that cut its characters, chunked or not', async () => {
    const event = { ...paymentFor(route), note: '😀é'.repeat(20) };
    const body = Buffer.from(JSON.stringify(event));
    await connection.write(request(body, [], ['Transfer-Encoding', 'chunked']).head);
    for (const byte of body) await connection.write(chunk(Buffer.of(byte)));
    await connection.write(lastChunk);
    expect((await connection.answer()).status).toBe(200);
    expect((await test.stored(event.id))[0]?.payload.equals(body)).toBe(true);
  });

  it('sends 100 Continue to a sender that asks before it sends the body', async () => {
    const { id, body } = payment();
    await connection.write(request(body, [['Expect', '100-continue']]).head);
    await connection.write(body);
    expect((await connection.answer()).status).toBe(200);
    expect(await test.stored(id)).toHaveLength(1);
  });

  it('answers two deliveries that were sent together, in their order', async () => {
    const [first, bad, last] = [payment(), payment(), payment()];
    const head = (one: typeof first) => request(one.body).head;
    await connection.write(
      head(first),
      first.body,
      head(bad),
      bad.body.fill(32, 0, 1),
      head(last),
      last.body,
    );
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await connection.answer()).status);
    expect(statuses).toEqual([200, 400, 200]);
  });

  it.each([
    ['400', 'POST', [['Content-Type', 'application/json']], 400],
    ['405', 'PUT', [], 405],
    ['415 for a type', 'POST', [['Content-Type', 'text/plain']], 415],
    ['415 for an encoding', 'POST', [['Content-Encoding', 'gzip']], 415],
  ] as [string, string, HeaderLine[], number][])(
    'goes on serving after %s to a request with a large body',
    async (_title, method, headers, status) => {
      const body = Buffer.alloc(LIMIT, 'x');
      const lines: HeaderLine[] = [
        ['Host', 'turnpike.test'],
        ...headers,
        ['Content-Length', String(body.length)],
      ];
      await connection.write(requestHead(`${method} ${path}`, lines), body);
      expect((await connection.answer()).status).toBe(status);
      await expectUsable();
    },
  );

  it.each([
    ['by its Content-Length', ['Content-Length', '100000']],
    ['by its chunks', ['Transfer-Encoding', 'chunked']],
  ] as [string, HeaderLine][])('stores nothing of a body that ends too early %s', async (_title, framing) => {
    const { id, body } = payment();
    const part = framing[0] === 'Content-Length' ? body : chunk(body);
    await connection.write(request(body, [], framing).head, part);
    connection.abort();
    connection = await RawConnection.open(test.app.url);
    await expectUsable();
    expect(await test.stored(id)).toEqual([]);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a request without Host', `POST ${path} HTTP/1.1\r\n\r\n`],
    ['two lengths', `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n`],
    [
      'a length and chunks',
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ],
    ['a length that is no number', `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n`],
    ['a chunk that is none', `POST ${path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`],
    [
      '32 KiB of headers',
      `POST ${path} HTTP/1.1\r\nHost: x\r\nStripe-Signature: ${'v1=0,'.repeat(6_554)}\r\n\r\n`,
    ],
  ])('answers %s with a 4xx and lives on', async (_title, bytes) => {
    await connection.write(bytes);
    const { status } = await connection.answer();
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    connection.close();
    connection = await RawConnection.open(test.app.url);
    await expectUsable();
  });
});
