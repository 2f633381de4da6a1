import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { abstain, approve, decline } from '../../src/issuing-authorizations/index.js';
import { ADMIN_KEY } from '../harness/admin-test.js';
import { ISSUING_SECRET, issuingTest } from '../harness/issuing-test.js';
import { scriptedPolicy } from '../harness/scripted-policies.js';
import { cells } from './admin-cli.js';
import { CommandLine } from './command-line.js';

const policy = scriptedPolicy({ id: 'test.policy', order: 1 });
const test = issuingTest([policy.module], { ADMIN_BOOTSTRAP_KEY: ADMIN_KEY });
let cli: CommandLine;

beforeAll(async () => {
  await CommandLine.build();
  cli = new CommandLine({
    STRIPE_ISSUING_WEBHOOK_SECRETS: `${ISSUING_SECRET},whsec_old`,
    STRIPE_DIRECT_WEBHOOK_SECRETS: 'whsec_direct_newest',
    TURNPIKE_URL: test.app.url,
    TURNPIKE_ADMIN_KEY: ADMIN_KEY,
  });
}, 180_000);

afterEach(async () => {
  policy.decide = abstain;
  await test.watch.query('DELETE FROM issuing_decision');
});

afterAll(() => cli.remove());

const send = (...options: string[]) =>
  cli.run(['send', 'issuing_authorization.request', '--url', test.app.url, ...options]);

describe('turnpike send issuing_authorization.request', () => {
  it('asks for a decision, and prints it with its time', async () => {
    const { code, out, err } = await send('--amount', '4200', '--mcc', '5812', '--card', 'ic_cli');
    expect(out).toContain(` issuing_authorization.request → ${test.app.url}/issuing/authorizations\n`);
    expect(out).toMatch(/^200 after [\d.]+ ms: \{"approved":true\}$/m);
    expect(out).toMatch(/^approved, decided in [\d.]+ ms$/m);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it.each([
    ['a decline', () => decline('no'), /^declined, decided in [\d.]+ ms$/m],
    ['a part', () => approve({ amount: 1_000 }), /^approved, but only 1000, decided in [\d.]+ ms$/m],
  ])('says so when the decision is %s: still an answer', async (_name, decide, text) => {
    policy.decide = decide;
    const { code, out } = await send('--amount', '4200', '--controllable');
    expect(out).toMatch(text);
    expect(code).toBe(0);
  });

  it('asks for exactly what the options say', async () => {
    let seen: unknown;
    policy.decide = ({ authorization, authorizationId, authorized, eventId, requestedAt, ...request }) => {
      seen = request;
      return abstain();
    };
    await send(
      ...['--amount', '4200', '--currency', 'EUR', '--card', 'ic_cli', '--cardholder', 'ich_cli'],
      ...['--mcc', '5812', '--country', 'fr', '--method', 'chip', '--controllable', '--livemode'],
      ...['--account', 'acct_1'],
    );
    expect(seen).toEqual({
      cardId: 'ic_cli',
      cardholderId: 'ich_cli',
      account: 'acct_1',
      livemode: true,
      amount: 4_200,
      currency: 'eur',
      amountControllable: true,
      cashback: 0,
      merchant: { category: null, categoryCode: '5812', country: 'FR' },
      method: 'chip',
      presence: 'not_present',
    });
  });

  it('leaves what is not said to the factory, and makes a new card each time', async () => {
    const cards = new Set<string>();
    policy.decide = ({ cardId, amount, merchant }) => {
      cards.add(cardId);
      expect([amount, merchant.categoryCode]).toEqual([2_350, '5940']);
      return abstain();
    };
    expect((await send('--count', '3')).code).toBe(0);
    expect(cards.size).toBe(3);
  });

  it('counts the decisions of many requests', async () => {
    const rule = { scope_id: 'ic_busy', currency: 'usd', period: 'day', max_total: 500 };
    await test.addRule(rule);
    const options = ['--amount', '100', '--card', 'ic_busy', '--count', '8'];
    const { out } = await send(...options);
    expect(out).toMatch(/^200 approved +5\n200 declined +3$/m);
    const { code, out: json } = await send(...options, '--json');
    expect(JSON.parse(json)).toMatchObject({ deliveries: 8, answers: { '200 declined': 8 }, all_2xx: true });
    expect(code).toBe(0);
  });

  it('is delivered twice when asked, and decided once', async () => {
    const { out } = await send('--duplicate', '--json');
    expect(JSON.parse(out)).toMatchObject({ events: 1, deliveries: 2, answers: { '200 approved': 2 } });
    expect(await test.watch.query('SELECT count(*)::int AS n FROM issuing_decision')).toEqual([{ n: 1 }]);
  });

  it('goes to the Issuing endpoint also from a file, and any other event where it is told to', async () => {
    const event = { id: 'evt_file', object: 'event', type: 'issuing_authorization.request', data: {} };
    writeFileSync(path.join(cli.folder, 'request.json'), JSON.stringify(event));
    const fromFile = await cli.run(['send', '--file', 'request.json', '--url', test.app.url]);
    expect(fromFile.out).toMatch(/^declined, decided in/m);
    const other = ['send', 'payout.paid', '--endpoint', 'issuing', '--url', test.app.url];
    expect((await cli.run(other)).out).toContain('{"received":true}');
  });

  it('is signed with the secret of the development stack where none is set', async () => {
    const development = new CommandLine();
    mkdirSync(development.dataDir);
    await development.run(['send', 'issuing_authorization.request', '--url', test.app.url]);
    const file = path.join(development.dataDir, 'development.json');
    const settings = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
    const secret = settings.STRIPE_ISSUING_WEBHOOK_SECRETS ?? '';
    const app = await test.startAnother({ env: { STRIPE_ISSUING_WEBHOOK_SECRETS: secret } });
    const { code } = await development.run(['send', 'issuing_authorization.request', '--url', app.url]);
    development.remove();
    expect(code).toBe(0);
  });

  it.each([
    [['--amount', '-1'], /'--amount <n>' argument '-1' is invalid. It must be a whole number, 0 or more/],
    [['--amount', '1.5'], /It must be a whole number, 0 or more/],
    [['--currency', 'euro'], /It must be three letters, e.g. usd/],
    [['--mcc', '58'], /It must be four digits, e.g. 5812/],
    [['--country', 'France'], /It must be two letters, e.g. FR/],
    [['--method', 'telepathy'], /Allowed choices are chip, contactless, keyed_in, online, swipe/],
    [['--file', '/dev/null'], /holds an event of type \(no type\), not issuing_authorization.request/],
  ])('with %j says what is wrong and sends nothing', async (options, message) => {
    const { code, err } = await send(...options);
    expect(err).toMatch(message);
    expect(code).toBe(2);
    expect(await test.watch.query('SELECT count(*)::int AS n FROM issuing_decision')).toEqual([{ n: 0 }]);
  });

  it('keeps its options to itself', async () => {
    const { code, err } = await cli.run(['send', 'payout.paid', '--amount', '5', '--url', test.app.url]);
    expect(err).toBe('error: --amount is an option for issuing_authorization.request only');
    expect(code).toBe(2);
  });
});

describe('turnpike issuing decisions', () => {
  const list = (...options: string[]) => cli.run(['issuing', 'decisions', ...options]);
  const decided = async (card: string, amount: string, ...options: string[]) => {
    await send('--card', card, '--amount', amount, ...options);
  };
  const ids = async (...options: string[]) =>
    (JSON.parse((await list('--json', ...options)).out) as { cardId: string }[]).map(({ cardId }) => cardId);

  it('shows the newest first: what was asked, what was said and why, and what Stripe made of it', async () => {
    await decided('ic_one', '100');
    policy.decide = () => decline('odd\u001b[31m hour');
    await decided('ic_two', '200', '--currency', 'eur');
    policy.decide = () => approve({ amount: 250 });
    await decided('ic_three', '300', '--controllable');
    policy.decide = () => Promise.reject(new Error('broken'));
    await decided('ic_four', '400');
    await test.watch.query(
      `UPDATE issuing_decision SET outcome = 'mismatch', applied_reason = 'webhook_timeout', held = 0
       WHERE card_id = 'ic_three'`,
    );
    const { code, out, err } = await list();
    const id = expect.stringMatching(/^evt_/);
    const time = expect.stringMatching(/^20\d\d-.*Z$/);
    const took = expect.stringMatching(/^[\d.]+ ms$/);
    expect(cells(out)).toEqual([
      ['EVENT', 'CARD', 'ASKED', 'DECISION', 'REASON', 'BY', 'HELD', 'STRIPE', 'DECIDED', 'TOOK'],
      [
        id,
        'ic_four',
        '400 usd',
        'declined (fallback)',
        'policy_failed',
        'test.policy',
        '0',
        'pending',
        time,
        took,
      ],
      [
        ...[id, 'ic_three', '300 usd', 'approved 250', 'approved', 'test.policy', '0'],
        ...['mismatch: webhook_timeout', time, took],
      ],
      [id, 'ic_two', '200 eur', 'declined', 'odd [31m hour', 'test.policy', '0', 'pending', time, took],
      [id, 'ic_one', '100 usd', 'approved', 'default', '–', '100', 'pending', time, took],
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('lists what the filters ask for', async () => {
    for (const card of ['ic_a', 'ic_b', 'ic_a']) await decided(card, '100');
    await test.watch.query(`UPDATE issuing_decision SET outcome = 'match' WHERE card_id = 'ic_b'`);
    expect(await ids()).toEqual(['ic_a', 'ic_b', 'ic_a']);
    expect(await ids('--card', 'ic_a')).toEqual(['ic_a', 'ic_a']);
    expect(await ids('--outcome', 'match')).toEqual(['ic_b']);
    expect(await ids('--outcome', 'pending', '--card', 'ic_b')).toEqual([]);
    expect(await ids('--limit', '2')).toEqual(['ic_a', 'ic_b']);
  });

  it('gives programs all that the ledger has', async () => {
    await decided('ic_json', '100', '--account', 'acct_1');
    const [decision] = JSON.parse((await list('--json')).out) as Record<string, unknown>[];
    expect(decision).toMatchObject({
      eventId: expect.stringMatching(/^evt_/),
      authorizationId: expect.stringMatching(/^iauth_/),
      cardId: 'ic_json',
      account: 'acct_1',
      livemode: false,
      currency: 'usd',
      asked: 100,
      approved: true,
      granted: 100,
      held: 100,
      reason: 'default',
      policy: null,
      fallback: false,
      latencyMs: expect.any(Number),
      shadow: [],
      outcome: 'pending',
      appliedReason: null,
      appliedApproved: null,
    });
  });

  it('goes on past the longest page of the server', async () => {
    await test.watch.query(
      `INSERT INTO issuing_decision (event_id, livemode, requested_at, decided_at, approved, granted, partial, reason,
                                     fallback, latency_ms)
       SELECT 'evt_' || n, false, now(), now(), true, 0, false, 'default', false, 1 FROM generate_series(1, 250) n`,
    );
    expect(new Set(JSON.parse((await list('--json', '--limit', '1000')).out) as object[]).size).toBe(250);
    expect((await list('--limit', '249')).err).toBe('these are the first 249: --limit shows more');
  });

  it('says so when nothing matches, and refuses an outcome that there is not', async () => {
    expect(await list()).toMatchObject({ code: 0, out: '', err: 'no decision matches' });
    const { code, err } = await list('--outcome', 'wrong');
    expect(err).toContain('Allowed choices are pending, match, mismatch');
    expect(code).toBe(2);
  });

  it('has examples and exit codes in its help', async () => {
    const { out } = await list('--help');
    expect(out).toContain('Examples:\n');
    expect(out).toContain('Exit codes:\n');
  });
});
