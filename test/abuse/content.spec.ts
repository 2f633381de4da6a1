import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { ADMIN_KEY } from '../harness/admin-test.js';
import { APP_SECRET, identity } from '../harness/app-backend-test.js';
import { requestHead } from '../harness/raw-request.js';
import { expectProblem } from '../harness/refusal.js';
import { type Door, doors, wholeApp } from '../harness/whole-app.js';

/** Genuine requests of each kind of caller with something in them that nobody expects. */

const test = wholeApp();
afterEach(async () => {
  if ('polluted' in {}) throw new Error('A request has changed the prototype of all objects');
  await test.expectServing();
});

const MiB = 1024 * 1024;
const zeros = Buffer.alloc(64 * MiB);
const quickBrotli = (bytes: Buffer) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

const LEVELS = 100_000;
const deepArray = '['.repeat(LEVELS) + ']'.repeat(LEVELS);
/** Of 600 KB, which is within the limit of every door but the admin one. */
const deepObject = '{"a":'.repeat(LEVELS) + '0' + '}'.repeat(LEVELS);

/** A body with this in place of `"HERE"`, otherwise as the caller of the door sends it. */
function bodyFor({ path }: Door, here: string): Buffer {
  const bodies: Record<string, object> = {
    '/webhook': createEvent('customer.created', { object: { metadata: { HERE: 'HERE' } } }),
    '/issuing/authorizations': createEvent('issuing_authorization.request', {
      object: { metadata: { HERE: 'HERE' } },
    }),
    '/app/customers': { email: 'jenny@example.com', name: 'HERE', ...identity },
    '/admin/keys': { name: 'HERE', scope: 'read' },
  };
  return Buffer.from(JSON.stringify(bodies[path]).replace(/"HERE":"HERE"|"HERE"/, () => here));
}

async function post({ path, headers }: Door, body: Buffer, more: Record<string, string> = {}) {
  const lines = { Host: 'x', ...headers(body), 'Content-Length': String(body.length), ...more };
  return test.send(requestHead(`POST ${path}`, Object.entries(lines)), body);
}

/** What each door says to somebody whom it knows and does not understand. Issuing must answer with a decision. */
function expectNotUnderstood(door: Door, { status, body }: Awaited<ReturnType<typeof post>>) {
  const issuing = door.path.startsWith('/issuing/');
  expect([door.path, status]).toEqual([door.path, issuing ? 200 : 400]);
  if (issuing) expect(body).toMatchObject({ approved: false });
  else
    expect(body.code).toMatch(
      /^(payload_not_json|payload_not_an_event|app_\w+|body_invalid|request_refused)$/,
    );
}

describe.each(doors)('$name', (door) => {
  const inEvents = door.path === '/webhook' || door.path.startsWith('/issuing/');

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', quickBrotli],
    ['gzip, gzip', (bytes: Buffer) => gzipSync(gzipSync(bytes))],
    ['zstd', (bytes: Buffer) => bytes.subarray(0, 1_000)],
  ])('decompresses nothing: a bomb in %s is refused', async (encoding, compress) => {
    const bomb = compress(zeros);
    const before = process.memoryUsage().rss;
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => post(door, bomb, { 'Content-Encoding': encoding })),
    );
    expect(answers.map(({ status }) => status)).toEqual([415, 415, 415, 415]);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MiB);
  });

  it('refuses 100,000 levels of arrays', async () => {
    expectNotUnderstood(door, await post(door, Buffer.from(deepArray)));
  });

  it('takes 100,000 levels in what it only keeps, and refuses them in what it reads', async () => {
    const deep = door.path.startsWith('/admin/') ? deepArray : deepObject;
    const answer = await post(door, bodyFor(door, inEvents ? `"deep":${deep}` : deep));
    expect(answer.status).toBe(inEvents ? 200 : 400);
  });

  it.each([
    ['a stray byte', [0xff]],
    ['an overlong NUL', [0xc0, 0x80]],
    ['an overlong slash', [0xe0, 0x80, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['a character beyond Unicode', [0xf4, 0x90, 0x80, 0x80]],
    ['a character that is cut', [0xf0, 0x9f, 0x98]],
  ])('refuses what is not UTF-8: %s', async (_title, bytes) => {
    const text = bodyFor(door, inEvents ? '"x":"HERE"' : '"HERE"');
    const at = text.indexOf('HERE');
    const body = Buffer.concat([text.subarray(0, at), Buffer.from(bytes), text.subarray(at + 4)]);
    expectNotUnderstood(door, await post(door, body));
  });

  it.each([
    '"__proto__":{"polluted":1}',
    '"constructor":{"prototype":{"polluted":1}}',
    '"\\u005f_proto__":[]',
  ])('is not changed by %s', async (member) => {
    const text = bodyFor(door, inEvents ? '"x":1' : '"x"').toString();
    const everywhere = Buffer.from(text.replaceAll('{', `{${member},`).replaceAll(/,\}/g, '}'));
    const { status } = await post(door, everywhere);
    expect(status).toBe(inEvents ? 200 : 400);
  });

  it('reads no field of an event, a key or a payload from a prototype', async () => {
    const body = Buffer.from(`{"__proto__":${bodyFor(door, inEvents ? '"x":1' : '"x"').toString()}}`);
    expectNotUnderstood(door, await post(door, body));
  });
});

it('an event of 100,000 levels that is stored can be looked at and replayed in every way', async () => {
  const ask = async (path: string, method = 'GET') => {
    const headers = { Authorization: `Bearer ${ADMIN_KEY}` };
    const response = await fetch(`${test.app.url}/admin/${path}`, { method, headers });
    await response.text();
    return response.status;
  };
  const object = 'pi_deepdeep1';
  const ids = [];
  for (const leaf of [1, 2]) {
    const created = 1_790_000_000 + leaf;
    const event = createEvent('payment_intent.succeeded', {
      created,
      object: { id: object, metadata: { HERE: 'HERE' } },
    });
    const deep = `"deep":${deepObject.replace('0', String(leaf))}`;
    const body = JSON.stringify(event).replace('"HERE":"HERE"', deep);
    expect((await test.app.deliver({ body })).status).toBe(200);
    ids.push(event.id);
  }
  const paths = ids.flatMap((id) => [`events/${id}`, `events/${id}/payload`]);
  for (const path of [...paths, `objects/${object}/timeline`, `events?object=${object}`]) {
    expect([path, await ask(path)]).toEqual([path, 200]);
  }
  for (const id of ids) expect(await ask(`events/${id}/replay`, 'POST')).toBe(200);
});

const lookalikes = [
  'ｅvt_1',
  'еvt_1',
  'evt_1\u0000',
  'evt_1\u202e',
  'evt_1\u200d',
  'evt_é',
  'evt_e\u0301',
  'evt_١',
  'evt_1 ',
  ' evt_1',
  'evt_1\r\nSet-Cookie: a=b',
  'evt_1/../evt_2',
  'evt_1%00',
  'evt\ud800',
  'x'.repeat(256),
  '..',
  '__proto__',
];

describe.each(lookalikes.map((id) => [JSON.stringify(id).slice(0, 40), id]))('the id %s', (_title, id) => {
  it('is no id of an event, an account or a user', async () => {
    const event = { ...createEvent('customer.created'), account: id };
    const answers = [
      await test.app.deliver({ event: { ...event, account: undefined, id } }),
      await test.app.deliver({ event }),
    ];
    // `__proto__` has the letters of an id, and is one like any other.
    const isWord = id === '__proto__';
    const refused = isWord ? [200, 'no code'] : [400, 'payload_not_an_event'];
    const noId = [400, 'app_identity_missing'] as const;
    const noInstallation = [403, 'app_not_installed'] as const;
    for (const { status, body } of answers) expect([status, body.code ?? 'no code']).toEqual(refused);
    const { body, headers } = signedRequest({
      event: { user_id: id, account_id: id },
      secret: APP_SECRET,
    });
    const head = { Host: 'x', ...headers, 'Content-Length': String(body.length) };
    const app = await test.send(requestHead('POST /app/session', Object.entries(head)), body);
    const [status, code] = isWord ? noInstallation : noId;
    expectProblem(app, status, code);
  });

  it('is harmless in every path and query of the admin routes', async () => {
    const text = encodeURIComponent(Buffer.from(id).toString());
    const plain = { headers: { Authorization: `Bearer ${ADMIN_KEY}` } };
    for (const path of [
      `events/${text}`,
      `events/${text}/payload`,
      `objects/${text}/timeline`,
      `failures/${text}/${text}`,
      `handlers/${text}`,
      `replays/${text}`,
      `connected-accounts/${text}`,
      `payouts/${text}`,
      `issuing/rules/${text}`,
      `docs/${text}`,
      `events?account=${text}&objectId=${text}&type=${text}`,
      `audit?target=${text}&action=${text}`,
      `replays?after=${text}`,
      `mail?account=${text}`,
    ]) {
      const response = await fetch(`${test.app.url}/admin/${path}`, plain);
      await response.text();
      expect({ path, ok: [200, 400, 404].includes(response.status) }).toEqual({ path, ok: true });
      expect(response.headers.get('set-cookie')).toBeNull();
    }
  });
});
