import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdirSync } from 'node:fs';
import { Client } from 'pg';
import { announceServices } from '../../src/embedded/development-settings.js';
import { leaveFolder, takeFolder } from '../../src/embedded/folder-lock.js';
import { createDatabase, type TestDatabase } from '../harness/stack.js';
import { CommandLine } from './command-line.js';

const payload = '{"id":"evt_paid", "big":12345678901234567890,"text":"\\u0000 é\u2028"}\r\n';
const created = '2026-11-01T10:00:00Z';

let database: TestDatabase;
let db: Client;
let cli: CommandLine;

/** Stores an event the way ingest does, as old as asked. */
async function store(
  id: string,
  columns: { type?: string; account?: string; daysOld?: number } = {},
): Promise<void> {
  const { type = 'payment_intent.succeeded', account = null, daysOld = 0 } = columns;
  await db.query(
    `INSERT INTO stripe_event (id, created, kind, source, account, livemode, type, api_version, object_id, object_type,
                               signed_with, payload)
     VALUES ($1, $2::timestamptz - $3 * interval '1 day', 'snapshot', $4, $5, false, $6, '2026-10-28.endive', 'pi_1',
             'payment_intent', 'direct #1', $7)`,
    [id, created, daysOld, account ? 'connect' : 'direct', account, type, payload],
  );
}

/** Creates a run of an event, and returns its id. */
async function addRun(
  event: string,
  handler: string,
  status: string,
  more: { generation?: number; error?: string } = {},
) {
  const { rows } = await db.query<{ id: string }>(
    `INSERT INTO handler_run (event_id, event_created, handler_id, generation, status, attempts, next_attempt_at,
                              sweep_at, last_error)
     SELECT id, created, $2, $3, $4, 1, '2026-11-01T10:05:00Z', now(), $5 FROM stripe_event WHERE id = $1
     RETURNING id`,
    [event, handler, more.generation ?? 1, status, more.error ?? null],
  );
  const { id } = rows[0] ?? { id: '' };
  await db.query(
    `INSERT INTO handler_attempt (run_id, attempt, outcome, started_at, finished_at, error)
     VALUES ($1, 1, $2, '2026-11-01T10:00:01Z', '2026-11-01T10:00:01.250Z', $3)`,
    [id, more.error ? 'failed' : 'succeeded', more.error ?? null],
  );
  return id;
}

const cells = (text: string) => text.split('\n').map((line) => line.split(/ {2,}/));

beforeAll(async () => {
  await CommandLine.build();
  database = await createDatabase();
  db = new Client({ connectionString: database.url });
  await db.connect();
  cli = new CommandLine({ DATABASE_URL: database.url });
  await store('evt_old', { type: 'payout.failed', account: 'acct_1', daysOld: 2 });
  await addRun('evt_old', 'payouts.alert', 'dead', { error: 'Error: mail is down\n    at line 2' });
  await store('evt_replayed', { daysOld: 1 });
  await addRun('evt_replayed', 'orders.fulfil', 'dead', { error: 'Error: no stock' });
  await addRun('evt_replayed', 'orders.fulfil', 'succeeded', { generation: 2 });
  await addRun('evt_replayed', 'mails.receipt', 'retrying', { error: 'Error: red\u001b[31m alert' });
  await store('evt_paid');
}, 180_000);

afterAll(async () => {
  await db.end();
  await database.drop();
  cli.remove();
});

describe('turnpike events list', () => {
  it('shows the newest events first, with where the latest run of each handler stands', async () => {
    const { code, out, err } = await cli.run(['events', 'list']);
    expect(cells(out.trim())).toEqual([
      ['ID', 'TYPE', 'SOURCE', 'ACCOUNT', 'MODE', 'CREATED', 'RUNS'],
      ['evt_paid', 'payment_intent.succeeded', 'direct', '–', 'test', '2026-11-01T10:00:00Z', '–'],
      [
        'evt_replayed',
        'payment_intent.succeeded',
        'direct',
        '–',
        'test',
        '2026-10-31T10:00:00Z',
        expect.stringMatching(/^(1 retrying, 1 succeeded|1 succeeded, 1 retrying)$/),
      ],
      ['evt_old', 'payout.failed', 'connect', 'acct_1', 'test', '2026-10-30T10:00:00Z', '1 dead'],
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('gives programs an array with stable field names', async () => {
    const { out } = await cli.run(['events', 'list', '--type', 'payout.failed', '--json']);
    expect(JSON.parse(out)).toEqual([
      {
        id: 'evt_old',
        type: 'payout.failed',
        kind: 'snapshot',
        source: 'connect',
        account: 'acct_1',
        livemode: false,
        created: '2026-10-30T10:00:00.000Z',
        received_at: expect.stringMatching(/^20\d\d-/),
        runs: { dead: 1 },
      },
    ]);
  });

  it.each([
    [['--limit', '1'], ['evt_paid']],
    [['--account', 'acct_1'], ['evt_old']],
    [
      ['--type', 'payment_intent.succeeded'],
      ['evt_paid', 'evt_replayed'],
    ],
    [['--status', 'retrying'], ['evt_replayed']],
    [['--status', 'dead'], ['evt_old']],
    [['--status', 'succeeded', '--account', 'acct_1'], []],
  ])('with %j lists %j', async (filter, ids) => {
    const { code, out } = await cli.run(['events', 'list', '--json', ...filter]);
    expect((JSON.parse(out) as { id: string }[]).map(({ id }) => id)).toEqual(ids);
    expect(code).toBe(0);
  });

  it('says so when no event matches', async () => {
    const outcome = await cli.run(['events', 'list', '--type', 'x']);
    expect(outcome).toMatchObject({ code: 0, out: '', err: 'no event matches' });
  });

  it('refuses a status that no run can have', async () => {
    const { code, err } = await cli.run(['events', 'list', '--status', 'done']);
    expect(err).toContain('Allowed choices are pending, running, succeeded, retrying, dead, skipped');
    expect(code).toBe(2);
  });
});

describe('turnpike events show', () => {
  it('shows the event, its runs and their attempts, on one clean line each', async () => {
    const { code, out } = await cli.run(['events', 'show', 'evt_replayed']);
    const lines = cells(out);
    expect(lines).toEqual(
      expect.arrayContaining([
        ['id', 'evt_replayed'],
        ['type', 'payment_intent.succeeded'],
        ['object', 'pi_1'],
        ['signed with', 'direct #1'],
        ['RUN OF', 'GENERATION', 'STATUS', 'ATTEMPTS', 'NEXT ATTEMPT', 'LAST ERROR'],
        ['mails.receipt', '1', 'retrying', '1', '2026-11-01T10:05:00Z', 'Error: red [31m alert'],
        ['orders.fulfil', '1', 'dead', '1', '–', 'Error: no stock'],
        ['orders.fulfil', '2', 'succeeded', '1', '–', '–'],
        ['ATTEMPT OF', 'GENERATION', 'ATTEMPT', 'OUTCOME', 'STARTED', 'TOOK', 'ERROR'],
        ['orders.fulfil', '2', '1', 'succeeded', '2026-11-01T10:00:01Z', '250 ms', '–'],
      ]),
    );
    expect(out).not.toContain('\u001b');
    expect(code).toBe(0);
  });

  it('gives programs everything that is stored, whole errors and payload included', async () => {
    const { out } = await cli.run(['events', 'show', 'evt_old', '--json']);
    expect(JSON.parse(out)).toEqual({
      id: 'evt_old',
      type: 'payout.failed',
      kind: 'snapshot',
      source: 'connect',
      account: 'acct_1',
      context: null,
      livemode: false,
      created: '2026-10-30T10:00:00.000Z',
      received_at: expect.any(String),
      api_version: '2026-10-28.endive',
      object_id: 'pi_1',
      object_type: 'payment_intent',
      signed_with: 'direct #1',
      payload,
      runs: [
        {
          id: expect.stringMatching(/^\d+$/),
          handler_id: 'payouts.alert',
          generation: 1,
          status: 'dead',
          attempts: 1,
          next_attempt_at: null,
          last_error: 'Error: mail is down\n    at line 2',
          created_at: expect.any(String),
          started_at: null,
          finished_at: null,
          history: [
            {
              run_id: expect.stringMatching(/^\d+$/),
              attempt: 1,
              outcome: 'failed',
              started_at: '2026-11-01T10:00:01.000Z',
              finished_at: '2026-11-01T10:00:01.250Z',
              error: 'Error: mail is down\n    at line 2',
            },
          ],
        },
      ],
    });
  });

  it('prints the exact bytes Stripe sent and nothing else', async () => {
    const { stdout } = await cli.run(['events', 'show', 'evt_paid', '--payload']);
    expect(stdout).toEqual(Buffer.from(payload));
  });

  it('says so when no handler takes the event', async () => {
    const { code, out } = await cli.run(['events', 'show', 'evt_paid', '--wait']);
    expect(out).toContain('\nNo handler takes this event.\n');
    expect(code).toBe(0);
  });

  it('ends with 1 when there is no such event', async () => {
    const outcome = await cli.run(['events', 'show', 'evt_nowhere']);
    expect(outcome).toMatchObject({
      code: 1,
      out: '',
      err: 'error: there is no event evt_nowhere in the store',
    });
  });

  it('with --wait waits until the last run is final', async () => {
    await store('evt_slow');
    const run = await addRun('evt_slow', 'orders.fulfil', 'running');
    const running = cli.start(['events', 'show', 'evt_slow', '--wait', '20']);
    await hasAsked('handler_attempt');
    await db.query(`UPDATE handler_run SET status = 'succeeded' WHERE id = $1`, [run]);
    const { code, out, err } = await running.outcome;
    expect(out).toMatch(/^orders.fulfil +1 +succeeded/m);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('with --wait ends with 1 in time and says which runs are open', async () => {
    const { code, out, err } = await cli.run(['events', 'show', 'evt_replayed', '--wait', '0.2']);
    expect(err).toBe('still open after 0.2 s: mails.receipt (retrying)');
    expect(out).toContain('evt_replayed');
    expect(code).toBe(1);
  });
});

describe('turnpike events', () => {
  it('finds the store of a running development stack', async () => {
    const development = new CommandLine();
    mkdirSync(development.dataDir);
    takeFolder(development.dataDir);
    announceServices(development.dataDir, {
      databaseUrl: database.url,
      redisUrl: 'redis://127.0.0.1:1',
      port: 1,
    });
    const { out } = await development.run(['events', 'show', 'evt_paid']);
    leaveFolder(development.dataDir);
    development.remove();
    expect(out).toContain('evt_paid');
  });

  it.each([
    [
      'no database is known',
      '',
      2,
      /^error: no database: set DATABASE_URL, or run "npm start" in another terminal$/,
    ],
    [
      'nothing listens',
      'postgresql://me:hush@127.0.0.1:9/x',
      1,
      /^error: Postgres at 127.0.0.1:9\/x: connect ECONNREFUSED/,
    ],
    ['the URL is none', 'nonsense', 1, /^error: DATABASE_URL: /],
  ])('says what to do when %s, and keeps the password to itself', async (_, url, expected, message) => {
    const { code, err } = await cli.run(['events', 'list'], { DATABASE_URL: url });
    expect(err).toMatch(message);
    expect(err).not.toMatch(/hush|^ +at /m);
    expect(code).toBe(expected);
  });

  it('asks for the migration when there is no schema yet', async () => {
    const empty = await createDatabase();
    const owner = new Client({ connectionString: empty.url });
    await owner.connect();
    await owner.query('DROP TABLE handler_attempt, handler_run, stripe_event');
    await owner.end();
    const { code, err } = await cli.run(['events', 'list'], { DATABASE_URL: empty.url });
    await empty.drop();
    expect(err).toMatch(/^error: Postgres at .* has no event store: run "npx turnpike migrate"$/);
    expect(code).toBe(1);
  });
});

/** Resolves once the command line has put a question about this table to the database. */
async function hasAsked(table: string): Promise<void> {
  const activity = `SELECT FROM pg_stat_activity WHERE application_name = 'turnpike cli' AND query LIKE $1`;
  while ((await db.query(activity, [`%FROM ${table}%`])).rowCount === 0) await new Promise(setImmediate);
}
