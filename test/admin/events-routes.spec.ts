import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createEvent } from '../../src/event-factories/create-event.js';
import { stripeId } from '../../src/event-factories/stripe-id.js';
import { PermanentFailure } from '../../src/event-handlers/index.js';
import { LimitedReads } from '../../src/event-store/limited-reads.js';
import { adminTest } from '../harness/admin-test.js';
import { CONNECT_SECRET } from '../harness/app.js';
import { scripted } from '../harness/scripted-handlers.js';

interface RunBody {
  id: string;
  handler: string;
  generation: number;
  status: string;
  why: string;
  attempts: number;
  nextAttemptAt: string | null;
  history: {
    attempt: number;
    outcome: string;
    error: string | null;
    startedAt: string;
    finishedAt: string;
  }[];
}
type EventBody = Record<string, unknown> & { runs: RunBody[] };

const backoff = { baseMs: 3_600_000, maxMs: 3_600_000 };
const features = [
  scripted({ id: 'well.done' }, async () => {}),
  scripted({ id: 'tries.again', backoff }, async () => {
    throw new Error('no such order\nstack');
  }),
  scripted({ id: 'gives.up' }, async () => {
    throw new PermanentFailure('never');
  }),
];
const test = adminTest(features);

const isSettled = (rows: { status: string }[]) =>
  rows.length > 0 && rows.every(({ status }) => status !== 'pending' && status !== 'running');

/** Delivers a payment and waits until each handler has had its first attempt. */
async function settled(account?: string): Promise<string> {
  const event = createEvent('payment_intent.succeeded', {
    ...(account !== undefined && { account }),
    object: { customer: 'cus_Q1w2E3r4', client_secret: 'pi_1Q2w3E4r_secret_Q1w2E3r4' },
  });
  const { status } = await test.deliver({
    event,
    ...(account !== undefined && { path: '/connect-webhook', secret: CONNECT_SECRET }),
  });
  expect(status).toBe(200);
  await test.watch.until('SELECT status FROM handler_run WHERE event_id = $1', [event.id], isSettled);
  return event.id;
}

const show = (id: string, key?: string) =>
  test.call<EventBody>('GET', `events/${id}`, { ...(key !== undefined && { key }) });

describe('an event', () => {
  it('is shown with its runs, their attempts, and why each is where it is', async () => {
    const { status, body } = await show(await settled());
    expect(status).toBe(200);
    expect(body).toMatchObject({
      type: 'payment_intent.succeeded',
      kind: 'snapshot',
      source: 'direct',
      account: null,
      livemode: false,
      objectType: 'payment_intent',
      created: expect.stringMatching(/^\d{4}-.*Z$/),
      receivedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      signedWith: expect.any(String),
    });
    expect(body.relatedIds).toContain('cus_Q1w2E3r4');
    expect(JSON.stringify(body)).not.toContain('_secret_');
    const [givesUp, triesAgain, wellDone] = body.runs;
    expect(givesUp).toMatchObject({ status: 'dead', why: 'Dead after 1 attempt: never', generation: 1 });
    expect(triesAgain).toMatchObject({
      status: 'retrying',
      why: `Waits for its 2nd attempt at ${triesAgain?.nextAttemptAt}, after: no such order`,
      history: [{ attempt: 1, outcome: 'failed', error: expect.stringContaining('no such order') }],
    });
    expect(wellDone).toMatchObject({ status: 'succeeded', why: 'Succeeded at its 1st attempt' });
    expect(wellDone?.history).toEqual([
      {
        attempt: 1,
        outcome: 'succeeded',
        startedAt: expect.any(String),
        finishedAt: expect.any(String),
        error: null,
      },
    ]);
  });

  it('says of a waiting run that its handler is paused, and of another that it is gone', async () => {
    const id = await settled('acct_paused');
    await test.watch.query(
      `INSERT INTO paused_handler (handler_id, paused_by, reason) VALUES ('tries.again', 'on-call', 'bad deploy')`,
    );
    const runOf = (body: EventBody) => body.runs.find(({ handler }) => handler === 'tries.again');
    const paused = runOf((await show(id)).body);
    const restricted = runOf((await show(id, await test.keyWith({ accounts: ['acct_paused'] }))).body);
    await test.watch.query('DELETE FROM paused_handler');
    expect(restricted?.why).toMatch(/: its handler is paused since \S+, after: no such order$/);
    expect(paused?.why).toMatch(
      /^Waits for its 2nd attempt: its handler is paused since \S+ by on-call: bad deploy, after: no such order$/,
    );
    await test.watch.query(`UPDATE handler_run SET handler_id = 'was.here' WHERE id = $1`, [paused?.id]);
    expect((await show(id)).body.runs.find(({ handler }) => handler === 'was.here')?.why).toMatch(
      /^Waits for its 2nd attempt: there is no such handler here any more/,
    );
  });

  it('says of an earlier run that a later one has taken its place', async () => {
    const id = await settled();
    await test.watch.query(
      `INSERT INTO handler_run (event_id, event_created, handler_id, generation, status, attempts, sweep_at)
       SELECT event_id, event_created, handler_id, 2, 'succeeded', 1, sweep_at FROM handler_run
       WHERE event_id = $1 AND handler_id = 'gives.up'`,
      [id],
    );
    const runs = (await show(id)).body.runs.filter(({ handler }) => handler === 'gives.up');
    expect(runs.map(({ generation, why }) => [generation, why])).toEqual([
      [1, 'Dead after 1 attempt: never. A later run has taken its place'],
      [2, 'Succeeded at its 1st attempt'],
    ]);
    const { body } = await test.call<{ data: EventBody[] }>('GET', `events?id=${id}`);
    expect(body.data).toMatchObject([{ id, runs: { succeeded: 2, retrying: 1 } }]);
  });

  it('is unknown, with a problem that says so, when there is none', async () => {
    for (const path of ['evt_none', 'evt_none/payload', '%00', '%F0%9F%98%80', 'x'.repeat(300)]) {
      expect(await test.call('GET', `events/${path}`)).toMatchObject({
        status: 404,
        body: { code: 'event_not_found' },
      });
    }
  });

  it.each([
    ['an escaped NUL and odd white space', '"a":"x\\u0000y" ,\r\n "b"\t:[ ]'],
    ['numbers and duplicate keys', '"a":1e400,"a":12345678901234567890,"a":1.10'],
    ['all kinds of text', '"a":"\\ud83d é \u2028 \uFEFF 😀"'],
    ['50,000 levels', `"a":${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ])('gives back its exact bytes: %s', async (_title, member) => {
    const id = stripeId('evt');
    const body = `{"id":"${id}","object":"event","type":"payout.paid","created":1790000000,"livemode":false,"data":{"object":{${member}}}}\n`;
    expect((await test.deliver({ body })).status).toBe(200);
    const response = await fetch(`${test.app.url}/admin/events/${id}/payload`, {
      headers: { Authorization: `Bearer ${await test.keyWith({ scope: 'admin' })}` },
    });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(body))).toBe(true);
  });
});

describe('the routes to events', () => {
  const paths = (id: string) => ['events', `events/${id}`, `events/${id}/payload`, 'objects/pi_1/timeline'];

  it('need a key, and one that may read is enough', async () => {
    const id = await settled();
    const key = await test.keyWith({ scope: 'read' });
    for (const path of paths(id)) {
      expect((await test.call('GET', path, { key: '' })).status).toBe(401);
      expect((await test.call('GET', path, { key: 'wrong' })).status).toBe(401);
      expect((await test.call('GET', path, { key })).status).toBe(200);
    }
  });

  it('show a restricted key nothing of other accounts and of the platform', async () => {
    const key = await test.keyWith({ accounts: ['acct_1Mine'] });
    const [mine, other, platform] = [
      await settled('acct_1Mine'),
      await settled('acct_2Other'),
      await settled(),
    ];
    expect((await show(mine, key)).status).toBe(200);
    expect((await test.call('GET', `events/${mine}/payload`, { key })).status).toBe(200);
    for (const id of [other, platform]) {
      expect((await show(id, key)).status).toBe(404);
      expect((await test.call('GET', `events/${id}/payload`, { key })).status).toBe(404);
    }
    for (const path of ['events?id=cus_Q1w2E3r4&count=exact', 'objects/cus_Q1w2E3r4/timeline']) {
      const { body } = await test.call('GET', path, { key });
      expect(JSON.stringify(body)).toContain(mine);
      expect(JSON.stringify(body)).not.toMatch(new RegExp(`${other}|${platform}`));
    }
  });

  it.each([
    ['type', 'payment*'],
    ['type', '*'],
    ['type', ''],
    ['source', 'elsewhere'],
    ['livemode', 'yes'],
    ['status', 'lost'],
    ['account', ''],
    ['account', 'a\0'],
    ['createdFrom', 'yesterday'],
    ['createdFrom', '2026-02-30T00:00:00Z'],
    ['createdBefore', '2026-01-01'],
    ['receivedFrom', '99999-01-01T00:00:00Z'],
    ['receivedBefore', '2026-01-01T00:00:00'],
    ['limit', '0'],
    ['limit', '201'],
    ['limit', '1e9'],
    ['after', 'nonsense'],
    ['after', Buffer.from('created 2026-02-30T00:00:00.000000Z evt_1').toString('base64url')],
    ['after', Buffer.from('received 2026-01-01T00:00:00.000000Z evt_1').toString('base64url')],
    ['count', 'roughly'],
    ['nonsense', '1'],
  ])('refuse %s=%j, naming the field', async (field, value) => {
    const answer = await test.call('GET', `events?${new URLSearchParams({ [field]: value }).toString()}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'query_invalid', errors: [{ field }] } });
  });

  it('refuse values that are longer than any id', async () => {
    for (const field of ['type', 'account', 'handler', 'fingerprint', 'object', 'id']) {
      const answer = await test.call('GET', `events?${field}=${'x'.repeat(256)}`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'query_invalid', errors: [{ field }] } });
    }
  });

  it('refuse a parameter that is there twice', async () => {
    for (const field of ['type', 'source', 'account', 'id', 'livemode', 'limit', 'createdFrom', 'after']) {
      const answer = await test.call('GET', `events?${field}=1&${field}=2`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'query_invalid', errors: [{ field }] } });
    }
  });

  it('say that a query is too broad when Postgres takes too long for it', async () => {
    const reads = test.app.nest.get(LimitedReads, { strict: false });
    await expect(
      reads.read(async (db) => {
        await db.query(`SET LOCAL statement_timeout = '20ms'`, []);
        return db.query('SELECT pg_sleep(60)', []);
      }),
    ).rejects.toMatchObject({ status: 400, code: 'query_too_broad' });
    const limits = await reads.read((db) => db.query('SHOW statement_timeout', []));
    expect(limits).toEqual([{ statement_timeout: '10s' }]);
  });

  it('never fail, whatever they are asked', async () => {
    const names = [
      ...['type', 'source', 'account', 'livemode', 'status', 'handler', 'fingerprint', 'object', 'id'],
      ...[
        'createdFrom',
        'createdBefore',
        'receivedFrom',
        'receivedBefore',
        'limit',
        'after',
        'count',
        '__proto__',
      ],
    ];
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.constantFrom(
        ...[
          '',
          '\0',
          '\ud800',
          '0000-01-01T00:00:00Z',
          '0001-01-01T00:00:00Z',
          '9999-12-31T23:59:59.999999+14:00',
        ],
        ...[
          '-1',
          '1e400',
          'NaN',
          'a.*',
          '[].*',
          'toString',
          '%',
          "';--",
          '2026-11-22T24:00:00Z',
          'true',
          'dead',
        ],
      ),
      fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      fc
        .string()
        .map((text) => Buffer.from(`created 2026-01-01T00:00:00.000000Z ${text}`).toString('base64url')),
    );
    const query = fc
      .array(
        fc.tuple(
          fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: odd }),
          odd,
        ),
        {
          maxLength: 4,
        },
      )
      .map((pairs) => pairs.map(([name, value]) => `${escaped(name)}=${escaped(value)}`).join('&'));
    const path = fc.oneof(
      query.map((text) => `events?${text}`),
      fc.tuple(odd, fc.constantFrom('', '/payload')).map(([id, rest]) => `events/${escaped(id)}${rest}`),
      fc.tuple(odd, query).map(([id, text]) => `objects/${escaped(id)}/timeline?${text}`),
      fc.constantFrom(
        'events?%zz=1',
        'events?a=%zz',
        'events/%zz',
        'events?type[a]=1&type[]=2',
        'objects/%ff/timeline',
      ),
    );
    await fc.assert(
      fc.asyncProperty(path, async (asked) => {
        const { status } = await test.call('GET', asked);
        expect({ asked, ok: status < 500 }).toEqual({ asked, ok: true });
      }),
      { numRuns: 200 },
    );
  });
});

/** `encodeURIComponent` refuses half of a surrogate pair; a client would send this. */
const escaped = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
