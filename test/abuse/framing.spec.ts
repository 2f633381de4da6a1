import { afterEach, describe, expect, it } from '@jest/globals';
import { RawConnection } from '../harness/raw-request.js';
import { expectProblem } from '../harness/refusal.js';
import { honestRequest, wholeApp } from '../harness/whole-app.js';

/** Requests whose end, or whose header, two readers would see in different places: the ground of request smuggling. */

const test = wholeApp();
afterEach(() => test.expectServing());

const post = 'POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const get = 'GET /health/live HTTP/1.1\r\nHost: x\r\n';
const chunked = 'Transfer-Encoding: chunked\r\n';
const many = (line: string, times: number) => line.repeat(times);

/** Whatever a request that is none hides behind it is not carried out. */
async function expectCutOff(bytes: string | Buffer, status: number, code: string) {
  const hidden = honestRequest();
  const connection = await test.connect();
  await connection.write(Buffer.concat([Buffer.from(bytes as string, 'latin1'), hidden.bytes]));
  const answer = await connection.answer();
  expectProblem(answer, status, code);
  expect(answer.headers.get('connection')).toBe('close');
  await connection.ended();
  expect(await test.isStored(hidden.id)).toBe(false);
}

describe('a request is refused and its connection closed, with', () => {
  it.each<[title: string, bytes: string, status?: number, code?: string]>([
    ['a length and chunks', `${post}Content-Length: 6\r\n${chunked}\r\n0\r\n\r\n`],
    ['chunks and a length', `${post}${chunked}Content-Length: 6\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${post}Content-Length: 0\r\nContent-Length: 5\r\n\r\n`],
    ['the same length twice', `${post}Content-Length: 0\r\nContent-Length: 0\r\n\r\n`],
    ['a list of lengths', `${post}Content-Length: 0, 0\r\n\r\n`],
    ['a length with a sign', `${post}Content-Length: +0\r\n\r\n`],
    ['a negative length', `${post}Content-Length: -1\r\n\r\n`],
    ['a length in hex', `${post}Content-Length: 0x0\r\n\r\n`],
    ['a length with a space inside', `${post}Content-Length: 0 0\r\n\r\n`],
    ['an empty length', `${post}Content-Length: \r\n\r\n`],
    ['a length that overflows', `${post}Content-Length: ${'9'.repeat(30)}\r\n\r\n`],
    ['chunks, then identity', `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['two codings, chunks first', `${post}${chunked}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
    ['chunks behind a vertical tab', `${post}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`],
    ['chunks behind a bare CR', `${post}X: y\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a space before the colon', `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['a folded header', `${post}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`],
    ['a folded signature', `${post}Stripe-Signature: t=1,\r\n v1=00\r\n\r\n`],
    ['lines that end in LF', `${post.replaceAll('\r\n', '\n')}\n`],
    ['NUL in a header', `${post}X: a\0b\r\n\r\n`],
    ['a chunk with a negative size', `${post}${chunked}\r\n-1\r\n`],
    ['a chunk whose size overflows', `${post}${chunked}\r\n${'f'.repeat(17)}\r\n`],
    ['a chunk whose size is in C', `${post}${chunked}\r\n0x1\r\nx\r\n0\r\n\r\n`],
    ['a chunk longer than it says', `${post}${chunked}\r\n1\r\nxx\r\n0\r\n\r\n`],
    ['chunks that end in LF', `${post}${chunked}\r\n1\nx\n0\n\n`],
    ['a length in the trailer', `${post}${chunked}\r\n0\r\nContent-Length: 4\r\n\r\n`],
    ['an unknown method', 'STEAL /webhook HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a method in lower case', 'post /webhook HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a target without a slash', 'POST webhook HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a target with a backslash', 'POST \\webhook HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a target with a space', 'POST /web hook HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a target with NUL', 'POST /webhook\0 HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a target in Latin-1', 'POST /webh\xf6\xf6k HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    [
      'another coding',
      `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      400,
      'transfer_encoding_unsupported',
    ],
    ['identity', `${post}Transfer-Encoding: identity\r\n\r\n`, 400, 'transfer_encoding_unsupported'],
    [
      'a coding that looks like chunks',
      `${post}Transfer-Encoding: xchunked\r\n\r\n`,
      400,
      'transfer_encoding_unsupported',
    ],
    ['32 KiB of a header', `${post}X: ${'y'.repeat(32_768)}\r\n\r\n`, 431, 'headers_too_large'],
    [
      '32 KiB of a target',
      `POST /${'y'.repeat(32_768)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      '32 KiB of a trailer',
      `${post}${chunked}\r\n0\r\n${many('X: yyyyyyyy\r\n', 4_000)}\r\n`,
      431,
      'headers_too_large',
    ],
    [
      '32 KiB of a chunk extension',
      `${post}${chunked}\r\n1;${'y'.repeat(32_768)}\r\nx\r\n`,
      413,
      'chunk_extensions_too_large',
    ],
    ['300 headers', `${post}${many('X: y\r\n', 300)}\r\n`, 431, 'too_many_headers'],
    ['more headers than Node keeps', `${post}${many('X:\r\n', 2_500)}\r\n`, 431, 'too_many_headers'],
    ['two hosts', `${post}Host: y\r\n\r\n`, 400, 'header_repeated'],
    ['two media types', `${post}Content-Type: text/plain\r\n\r\n`, 400, 'header_repeated'],
    ['two keys', `${get}Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n`, 400, 'header_repeated'],
    [
      'two idempotency keys',
      `${get}Idempotency-Key: a\r\nidempotency-key: a\r\n\r\n`,
      400,
      'header_repeated',
    ],
  ])('%s', async (_title, bytes, status = 400, code = 'request_malformed') => {
    await expectCutOff(bytes, status, code);
  });
});

it.each([
  ['webhook', post],
  ['page nobody knows', get.replace('/health/live', '/nope')],
])('an expectation that nobody can meet is refused with 417, of a %s', async (_title, head) => {
  const answer = await test.send(`${head}Expect: 200-maybe\r\nContent-Length: 1\r\n\r\nx`);
  expectProblem(answer, 417, 'expectation_unsupported');
  expect(answer.headers.get('connection')).toBe('close');
});

it.each(['/webhook', 'evil.example:443'])(
  'nothing is tunnelled: CONNECT %s is refused with 405',
  async (target) => {
    expectProblem(
      await test.send(`CONNECT ${target} HTTP/1.1\r\nHost: x\r\n\r\n`),
      405,
      'method_not_allowed',
    );
  },
);

it.each(['websocket', 'h2c'])('no protocol is changed to: Upgrade: %s is passed over', async (protocol) => {
  const head = `${post}Connection: Upgrade\r\nUpgrade: ${protocol}\r\nContent-Length: 0\r\n\r\n`;
  expectProblem(await test.send(head), 400, 'signature_missing');
});

describe('on one connection', () => {
  it('an event that was taken is acknowledged as that, whatever comes behind it', async () => {
    const { id, bytes } = honestRequest();
    const connection = await test.connect();
    await connection.write(Buffer.concat([bytes, Buffer.from('garbage\r\n\r\n')]));
    expect(await connection.answer()).toMatchObject({ status: 200, headers: expect.anything() });
    await connection.ended();
    expect(await test.isStored(id)).toBe(true);
  });

  it.each<[title: string, bytes: string, statuses: number[]]>([
    [
      'a signature that is wrong',
      `${post}Stripe-Signature: t=1,v1=00\r\nContent-Length: 3\r\n\r\nabc`,
      [400],
    ],
    [
      'a body in chunks with extensions',
      `${post}${chunked}\r\n1;a=b;c="d"\r\nx\r\n0;e\r\nX: y\r\n\r\n`,
      [400],
    ],
    ['a request in a body', `${post}Content-Length: ${get.length + 2}\r\n\r\n${get}\r\n`, [400]],
    ['a body where none belongs', `${get}Content-Length: ${get.length + 2}\r\n\r\n${get}\r\n`, [200]],
    ['a body of an unknown page', 'POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc', [404]],
    [
      'a body without a key',
      'POST /admin/keys HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}',
      [401],
    ],
    ['two refusals', `${post}Content-Length: 1\r\n\r\nx${post}Content-Length: 1\r\n\r\ny`, [400, 400]],
    [
      'a trailer that poses as a header',
      `${post}${chunked}\r\n1\r\nx\r\n0\r\nStripe-Signature: t=1,v1=0\r\n\r\n`,
      [400],
    ],
  ])('after %s the next request is read from where it begins', async (_title, bytes, statuses) => {
    const connection = await test.connect();
    const { id, bytes: honest } = honestRequest();
    await connection.write(Buffer.concat([Buffer.from(bytes), honest]));
    for (const status of statuses) expect((await connection.answer()).status).toBe(status);
    expect(await connection.answer()).toMatchObject({ status: 200, body: { received: true } });
    expect(await test.isStored(id)).toBe(true);
  });

  it('a sender that never reads its answers is not read from for ever', async () => {
    const connection = await test.connect();
    const burst = Buffer.from(many(`GET /${'x'.repeat(8_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 20));
    const before = process.memoryUsage().rss;
    let taken = 0;
    const sending = async (): Promise<void> => {
      for (; taken < 1_000; taken++) await connection.write(burst);
    };
    const failure = sending().catch(() => undefined);
    // Nothing comes back to the writer once both systems' buffers are full; until then the number grows.
    for (let seen = -1; seen < taken;) {
      seen = taken;
      for (let i = 0; i < 20; i++) await test.send(`${get}\r\n`);
    }
    expect(taken).toBeLessThan(1_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
    connection.close();
    await failure;
  });
});

it('requests without a Host are refused', async () => {
  const connection = await RawConnection.open(test.app.url);
  await connection.write('POST /webhook HTTP/1.1\r\nContent-Length: 0\r\n\r\n');
  expect((await connection.answer()).status).toBe(400);
  connection.close();
});
