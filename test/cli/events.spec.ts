import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { IncomingMessage, Server } from 'node:http';
import { createEvent } from '../../src/event-factories/create-event.js';
import { Gate, scripted } from '../harness/scripted-handlers.js';
import { adminCli, cells } from './admin-cli.js';

const created = Date.parse('2026-11-01T10:00:00Z') / 1_000;
const DAY = 86_400;
const HOUR_MS = 3_600_000;
const id = expect.stringMatching(/^\d+$/);
const time = expect.stringMatching(/^20\d\d-.*Z$/);
const took = expect.stringMatching(/^[\d.]+ ms$/);

const noStock = () => Promise.reject(new Error('no stock\u001b[31m\n    on any shelf'));
let fulfil: () => Promise<void> = noStock;
const orders = scripted({ id: 'orders.fulfil', attempts: 1, timeoutMs: HOUR_MS }, () => fulfil());
const receipts = scripted({ id: 'receipts.send', source: 'direct' }, () => Promise.resolve());
const the = adminCli([orders, receipts]);
const { test } = the;

const succeeded = (seconds: number, object: { id: string; amount?: number }) =>
  createEvent('payment_intent.succeeded', { created: created + seconds, object });

const failing = succeeded(-DAY, { id: 'pi_1', amount: 500 });
const connected = createEvent('payout.failed', { created: created - 2 * DAY, account: 'acct_1' });
const text = `{"id":"evt_exact","object":"event","type":"x.y","created":${created},"livemode":false, "big":12345678901234567890,
 "text":"\\u0000 é\u2028","data":{"object":{"id":"pi_1","object":"payment_intent","amount":700}},"api_version":"2026-10-28.endive"}\r\n`;

beforeAll(async () => {
  await test.deliver({ event: failing });
  await test.deliver({ path: '/connect-webhook', event: connected, secret: 'whsec_connect_newest' });
  await test.deliver({ body: text });
  await test.watch.untilFinished([failing.id]);
});

describe('turnpike events list', () => {
  it('shows the newest events first, with where the latest run of each handler stands', async () => {
    const { code, out, err } = await the.run('events', 'list');
    expect(cells(out)).toEqual([
      ['ID', 'TYPE', 'SOURCE', 'ACCOUNT', 'MODE', 'CREATED', 'RUNS'],
      ['evt_exact', 'x.y', 'direct', '–', 'test', '2026-11-01T10:00:00Z', '–'],
      [
        ...[failing.id, 'payment_intent.succeeded', 'direct', '–', 'test', '2026-10-31T10:00:00Z'],
        expect.stringMatching(/^(1 dead, 1 succeeded|1 succeeded, 1 dead)$/),
      ],
      [connected.id, 'payout.failed', 'connect', 'acct_1', 'test', '2026-10-30T10:00:00Z', '–'],
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('gives programs an array of what the admin API says', async () => {
    expect(await the.json('events', 'list', '--type', 'payout.failed')).toEqual([
      expect.objectContaining({
        id: connected.id,
        type: 'payout.failed',
        kind: 'snapshot',
        source: 'connect',
        account: 'acct_1',
        livemode: false,
        created: '2026-10-30T10:00:00.000Z',
        receivedAt: time,
        runs: {},
      }),
    ]);
  });

  it('hands every filter to the server', async () => {
    const options = {
      ...{ type: 'payment_intent.*', source: 'direct', account: 'acct_1', mode: 'test', status: 'dead' },
      ...{ handler: 'orders.fulfil', fingerprint: '0123456789abcdef', object: 'pi_1', id: 'cus_1' },
      ...{ 'created-from': '2026-10-31', 'created-before': '2026-11-01T10:00+01:00' },
      ...{ 'received-from': '2026-11-01T10:00:00.5Z', 'received-before': '2099-01-01' },
    };
    const asked = new Promise<string>((resolve) => {
      const server: Server = test.app.nest.getHttpServer();
      server.prependOnceListener('request', ({ url = '' }: IncomingMessage) => resolve(url));
    });
    const given = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    expect(await the.json('events', 'list', '--limit', '7', ...given)).toEqual([]);
    const { pathname, searchParams } = new URL(await asked, test.app.url);
    expect([pathname, Object.fromEntries(searchParams)]).toEqual([
      '/admin/events',
      {
        ...{
          type: 'payment_intent.*',
          source: 'direct',
          account: 'acct_1',
          livemode: 'false',
          status: 'dead',
        },
        ...{ handler: 'orders.fulfil', fingerprint: '0123456789abcdef', object: 'pi_1', id: 'cus_1' },
        ...{ createdFrom: '2026-10-31T00:00:00.000Z', createdBefore: '2026-11-01T09:00:00.000Z' },
        ...{ receivedFrom: '2026-11-01T10:00:00.500Z', receivedBefore: '2099-01-01T00:00:00.000Z' },
        limit: '7',
      },
    ]);
  });

  it.each([
    [['--status', 'dead', '--created-from', '2026-10-31'], () => [failing.id]],
    [['--object', 'pi_1', '--received-from', '1d'], () => ['evt_exact', failing.id]],
    [['--mode', 'live'], () => []],
  ])('with %j lists what matches', async (options, ids) => {
    const found = await the.json<{ id: string }[]>('events', 'list', ...options);
    expect(found.map((event) => event.id)).toEqual(ids());
  });

  it('counts instead when asked', async () => {
    expect(await the.run('events', 'list', '--count', '--object', 'pi_1')).toMatchObject({
      code: 0,
      out: '2\n',
      err: '',
    });
    expect(await the.json('events', 'list', '--count')).toEqual({ value: 3, kind: 'exact' });
    const estimate = await the.run('events', 'list', '--count', 'estimate');
    expect(estimate.out).toMatch(/^\d+\n$/);
    expect(estimate.err).toBe('an estimate: --count exact counts');
  });

  it('says so when no event matches, and when there are more', async () => {
    const none = await the.run('events', 'list', '--type', 'x');
    expect(none).toMatchObject({ code: 0, out: '', err: 'no event matches' });
    const some = await the.run('events', 'list', '--limit', '2');
    expect(some.err).toBe('these are the first 2: --limit shows more');
  });

  it.each([
    ['--status', 'done', /Allowed choices are pending, running, succeeded, retrying, dead, skipped/],
    ['--mode', 'prod', /Allowed choices are live, test/],
    ['--created-from', '2026-13-01', /It must be like 2026-11-21, 2026-11-21T10:00:00Z, 30m, 24h or 7d/],
    ['--created-from', '2026-11-01T10:00', /It must be like 2026-11-21/],
    ['--type', 'a.*.b', /\(query_invalid\)\n {2}type: type must be an event type such as/],
  ])('refuses %s %s and ends with 2', async (option, value, message) => {
    const { code, err, out } = await the.run('events', 'list', option, value);
    expect(err).toMatch(message);
    expect({ code, out }).toEqual({ code: 2, out: '' });
  });
});

describe('turnpike events show', () => {
  it('shows the event, its runs, their attempts and why they stand there, on one clean line each', async () => {
    const { code, out } = await the.run('events', 'show', failing.id);
    expect(cells(out)).toEqual(
      expect.arrayContaining([
        ['id', failing.id],
        ['type', 'payment_intent.succeeded'],
        ['object', 'pi_1'],
        ['RUN OF', 'GENERATION', 'STATUS', 'ATTEMPTS', 'NEXT ATTEMPT', 'LAST ERROR'],
        ['orders.fulfil', '1', 'dead', '1', '–', 'no stock [31m'],
        ['receipts.send', '1', 'succeeded', '1', '–', '–'],
        ['ATTEMPT OF', 'GENERATION', 'ATTEMPT', 'OUTCOME', 'STARTED', 'TOOK', 'ERROR'],
        ['orders.fulfil', '1', '1', 'failed', time, took, 'no stock [31m'],
        ['orders.fulfil #1:', 'Dead after 1 attempt: no stock [31m'],
        ['receipts.send #1:', 'Succeeded at its 1st attempt'],
      ]),
    );
    expect(out).not.toContain('\u001b');
    expect(code).toBe(0);
  });

  it('gives programs everything that is stored, whole errors and payload included', async () => {
    const shown = await the.json('events', 'show', failing.id);
    expect(shown).toMatchObject({
      id: failing.id,
      objectId: 'pi_1',
      signedWith: expect.any(String),
      relatedIds: expect.any(Array),
      runs: [
        {
          id,
          handler: 'orders.fulfil',
          generation: 1,
          status: 'dead',
          lastError: expect.stringContaining('no stock\u001b[31m\n    on any shelf'),
          history: [{ attempt: 1, outcome: 'failed', startedAt: time, finishedAt: time }],
        },
        { handler: 'receipts.send', status: 'succeeded' },
      ],
    });
    expect(JSON.parse(String(shown.payload))).toEqual(failing);
  });

  it('prints the exact bytes Stripe sent and nothing else', async () => {
    const { stdout } = await the.run('events', 'show', 'evt_exact', '--payload');
    expect(stdout).toEqual(Buffer.from(text));
  });

  it('says so when no handler takes the event', async () => {
    const { code, out } = await the.run('events', 'show', 'evt_exact', '--wait');
    expect(out).toContain('\nNo handler takes this event.\n');
    expect(code).toBe(0);
  });

  it('ends with 1 when there is no such event', async () => {
    for (const unknown of ['evt_nowhere', '../keys', '%00']) {
      const { code, out, err } = await the.run('events', 'show', unknown);
      expect(err).toMatch(/^error: There is no such event: .* \(event_not_found\)$/);
      expect({ code, out }).toEqual({ code: 1, out: '' });
    }
  });
});

describe('turnpike events show --wait', () => {
  const gate = new Gate();
  const slow = succeeded(1, { id: 'pi_slow' });

  beforeAll(async () => {
    fulfil = () => gate.opened;
    await test.deliver({ event: slow });
    await test.watch.until(
      `SELECT status FROM handler_run WHERE event_id = $1 AND status IN ('running', 'succeeded')`,
      [slow.id],
      (rows) => rows.length === 2,
    );
  });
  afterAll(() => {
    gate.open();
    fulfil = noStock;
  });

  it('ends with 1 in time and says which runs are open', async () => {
    const { code, out, err } = await the.run('events', 'show', slow.id, '--wait', '0.2');
    expect(err).toBe('still open after 0.2 s: orders.fulfil (running)');
    expect(out).toContain(slow.id);
    expect(code).toBe(1);
  });

  it('waits until the last run is final', async () => {
    const server: Server = test.app.nest.getHttpServer();
    const twice = new Promise<void>((resolve) => {
      server.once('request', () => server.once('request', () => resolve()));
    });
    const running = the.cli.start(['events', 'show', slow.id, '--wait', '60']);
    await twice;
    gate.open();
    const { code, out, err } = await running.outcome;
    expect(out).toMatch(/^orders.fulfil +1 +succeeded/m);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});

describe('turnpike events timeline', () => {
  it('tells what happened to an object, oldest first: what changed and what the handlers did', async () => {
    const { code, out } = await the.run('events', 'timeline', 'pi_1');
    const [first = '', second = '', ...rest] = out.trimEnd().split('\n\n');
    expect(first.split('\n')).toEqual([
      `2026-10-31T10:00:00Z  ${failing.id}  payment_intent.succeeded  pi_1`,
      '  orders.fulfil #1 dead (attempts: failed)',
      '  receipts.send #1 succeeded (attempts: succeeded)',
    ]);
    expect(second).toMatch(/^2026-11-01T10:00:00Z {2}evt_exact {2}x\.y {2}pi_1\n/);
    expect(second).toContain('\n  amount: 500 → 700\n');
    expect({ code, rest }).toEqual({ code: 0, rest: [] });
  });

  it('gives programs all of it, and says so when there is nothing', async () => {
    expect(await the.json('events', 'timeline', 'pi_1', '--limit', '1')).toMatchObject([
      { event: { id: failing.id }, changes: null, runs: [{ handler: 'orders.fulfil' }, {}] },
    ]);
    const none = await the.run('events', 'timeline', 'pi_unknown');
    expect(none).toMatchObject({ code: 0, out: '', err: 'no event is about this object' });
  });
});

describe('turnpike events replay', () => {
  const replay = (...options: string[]) => the.run('events', 'replay', failing.id, ...options);

  it('runs again what failed, and says what was left alone', async () => {
    fulfil = () => Promise.resolve();
    const { code, out, err } = await replay('--reason', 'stock is back');
    expect(cells(out)).toEqual([
      ['HANDLER', 'OUTCOME', 'GENERATION'],
      ['orders.fulfil', 'runs again', '2'],
      ['receipts.send', 'left alone: it succeeded (--include-succeeded)', '1'],
    ]);
    expect(err).toBe(`See what became of it: npx turnpike events show ${failing.id} --wait`);
    expect(code).toBe(0);
    const shown = await the.run('events', 'show', failing.id, '--wait', '60');
    expect(shown.out).toMatch(/^orders.fulfil +2 +succeeded/m);
    const audit = await the.json<object[]>('audit', 'list', '--target', failing.id);
    expect(audit).toMatchObject([{ reason: 'stock is back' }]);
  });

  it('runs again chosen handlers also after they succeeded, when told so', async () => {
    const chosen = ['--handler', 'receipts.send', '--include-succeeded'];
    const again = { handler: 'receipts.send', outcome: 'replayed', runId: id, generation: 2 };
    const { out } = await replay(...chosen, '--json');
    expect(JSON.parse(out)).toEqual({ eventId: failing.id, runs: [again] });
    await test.watch.untilFinished([failing.id]);
  });

  it('is done once however often it is sent with the same key', async () => {
    const once = [
      '--handler',
      'receipts.send',
      '--include-succeeded',
      '--idempotency-key',
      'my key',
      '--json',
    ];
    const answers = [await replay(...once), await replay(...once)].map(
      ({ out }) => JSON.parse(out) as object,
    );
    expect(answers[0]).toMatchObject({ runs: [{ generation: 3 }] });
    expect(answers[1]).toEqual(answers[0]);
    await test.watch.untilFinished([failing.id]);
  });

  it.each([
    [['--handler', 'nobody'], 2, /\(unknown_handler\)/],
    [['--idempotency-key', 'é'], 2, /It must be 1 to 255 printable ASCII characters/],
    [['--reason', ''], 2, /\(body_invalid\)\n {2}reason: /],
  ])('with %j ends with %d and says why', async (options, expected, message) => {
    const { code, err } = await replay(...options);
    expect(err).toMatch(message);
    expect(code).toBe(expected);
  });

  it('needs a key that may replay', async () => {
    const { code, err } = await replay('--key', await test.keyWith({ scope: 'read' }));
    expect(err).toMatch(/\(admin_scope_missing\)$/);
    expect(code).toBe(1);
  });
});
