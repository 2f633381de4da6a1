import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { AppProcess } from '../harness/app-process.js';
import { Gate, scripted } from '../harness/scripted-handlers.js';
import { adminCli, cells } from './admin-cli.js';
import { BreakingProxy } from './breaking-proxy.js';

const EVENTS = 3;
const HOUR_MS = 3_600_000;

interface Replay {
  id: string;
  status: string;
  events: { matched: number; done: number };
  runs: Record<string, number>;
}

const broken = () => Promise.reject(new Error('no stock'));
let fulfil: () => Promise<void> = broken;
const orders = scripted({ id: 'orders.fulfil', attempts: 1, timeoutMs: HOUR_MS }, () => fulfil());
const the = adminCli([orders]);
const { test } = the;
const time = expect.stringMatching(/^20\d\d-.*Z$/);

const dead = ['--status', 'dead', '--handler', 'orders.fulfil'];
const create = (...options: string[]) => the.json<Replay>('replays', 'create', ...options, '--yes');
const replays = async () => (await test.call<{ data: Replay[] }>('GET', 'replays')).body.data;
/** Stores more events than a slow replay ever has open runs, so that it cannot end before they do. */
const storeMany = () =>
  test.watch.query(
    `INSERT INTO stripe_event (id, created, kind, source, account, livemode, type, signed_with, payload)
     SELECT 'evt_many' || n, now(), 'snapshot', 'connect', 'acct_many', false, 'payment_intent.succeeded', 'test',
            '{"object": "event"}'
     FROM generate_series(1, 70) n`,
  );
/** A replay of the first events, whose runs wait for the gate. */
const held = async (gate: Gate) => {
  fulfil = () => gate.opened;
  const { id } = await create('--source', 'direct', '--include-succeeded');
  await test.watch.until(
    `SELECT FROM handler_run WHERE status = 'running' AND replay_id = $1`,
    [id],
    (rows) => rows.length === EVENTS,
  );
  return id;
};

beforeAll(async () => {
  const events = Array.from({ length: EVENTS }, () => createEvent('payment_intent.succeeded'));
  for (const event of events) await test.deliver({ event });
  await test.watch.untilFinished(events.map(({ id }) => id));
});

describe('turnpike replays create', () => {
  it('with --dry-run says how many events match, shows some, and starts nothing', async () => {
    const { code, out, err } = await the.run('replays', 'create', ...dead, '--dry-run');
    const [count, , ...lines] = cells(out);
    expect(count).toEqual(['3 events would be replayed']);
    expect(lines[0]).toEqual(['ID', 'TYPE', 'SOURCE', 'ACCOUNT', 'MODE', 'CREATED', 'RUNS']);
    expect(lines.slice(1).map((line) => line.at(-1))).toEqual(['1 dead', '1 dead', '1 dead']);
    expect({ code, err, started: await replays() }).toEqual({ code: 0, err: '', started: [] });
    const json = await the.json('replays', 'create', '--type', 'x', '--mode', 'test', '--dry-run');
    expect(json).toEqual({ dryRun: true, events: 0, sample: [] });
  });

  it('starts nothing without a terminal to ask at, unless told --yes', async () => {
    const { code, err } = await the.run('replays', 'create', ...dead);
    expect(err).toMatch(/^error: there is no terminal to ask at: --yes replays without asking, /);
    expect({ code, started: await replays() }).toEqual({ code: 2, started: [] });
  });

  it('fails with --watch when runs are dead at the end', async () => {
    const { code, out, err } = await the.run('replays', 'create', ...dead, '--yes', '--watch');
    expect(out).toMatch(/^replay \d+ completed: 3 events, runs: 3 dead\n$/);
    expect(err).toMatch(/^replay \d+ started\n/);
    expect(err).toMatch(/\nSee why runs are dead: npx turnpike failures list$/);
    expect(code).toBe(1);
  });

  it('starts a replay of what matches, as it is told', async () => {
    fulfil = () => Promise.resolve();
    const options = [...dead, '--run', 'orders.fulfil', '--rate', '200', '--reason', 'stock is back'];
    const { code, out, err } = await the.run('replays', 'create', ...options, '--yes');
    const [[, id = ''] = []] = cells(out);
    expect(cells(out)).toEqual(
      expect.arrayContaining([
        ['replay', id],
        ['filter', 'status=dead handler=orders.fulfil'],
        ['handlers', 'orders.fulfil'],
        ['rate', '200 runs per second at most'],
        ['reason', 'stock is back'],
        ['by', 'bootstrap'],
        ['created', time],
        ['events', '0 of 3'],
      ]),
    );
    expect({ code, err }).toEqual({ code: 0, err: `Watch it: npx turnpike replays watch ${id}` });
    const watched = await the.run('replays', 'watch', id);
    expect(watched).toMatchObject({ code: 0, out: `replay ${id} completed: 3 events, runs: 3 succeeded\n` });
    expect(watched.err).toMatch(/^3 of 3 events; completed, runs: 3 succeeded$/m);
  });

  it.each([
    [['--rate', '1001'], /It must be 1000 or less/],
    [['--run', 'nobody'], /\(unknown_handler\)/],
    [['--type', 'a b'], /\(body_invalid\)\n {2}filter.type: /],
  ])('with %j starts nothing and ends with 2', async (options, message) => {
    const before = await replays();
    const { code, err } = await the.run('replays', 'create', ...options, '--yes');
    expect(err).toMatch(message);
    expect({ code, replays: await replays() }).toEqual({ code: 2, replays: before });
  });
});

describe('turnpike replays create, when the answer is lost,', () => {
  let proxy: BreakingProxy;
  const throughProxy = async (lose: number, ...options: string[]) => {
    proxy = new BreakingProxy(test.app.url);
    proxy.lose = lose;
    const url = await proxy.listen();
    return the.run('replays', 'create', '--type', 'none', '--yes', '--json', '--url', url, ...options);
  };
  afterEach(() => proxy.close());

  it('asks again, which starts no second replay', async () => {
    const before = await replays();
    const { code, out, err } = await throughProxy(1);
    const after = await replays();
    expect(after).toHaveLength(before.length + 1);
    expect(JSON.parse(out)).toMatchObject({ id: after[0]?.id });
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('gives up after some tries, and says how to go on without starting a second one', async () => {
    const before = await replays();
    const { code, err } = await throughProxy(100);
    const [, key = ''] = /^It is not known whether .* --idempotency-key (\S+)$/m.exec(err) ?? [];
    expect(err).toMatch(/^error: http:\S+ did not answer: /);
    expect(code).toBe(1);
    await create('--type', 'none', '--idempotency-key', key);
    expect(await replays()).toHaveLength(before.length + 1);
  });
});

describe('turnpike replays', () => {
  it('list the newest first, as filtered, and show one', async () => {
    const { id } = await create(
      '--type',
      'none',
      '--mode',
      'test',
      '--reason',
      'a\u001b[31m test',
      '--backfill',
    );
    await the.run('replays', 'watch', id);
    const lines = cells((await the.run('replays', 'list', '--status', 'completed', '--limit', '1')).out);
    expect(lines).toEqual([
      ['ID', 'STATUS', 'EVENTS', 'RUNS', 'BY', 'CREATED', 'FILTER', 'REASON'],
      [
        id,
        'completed',
        '0 of 0',
        '–',
        'bootstrap',
        time,
        expect.stringContaining('type=none'),
        'a [31m test',
      ],
    ]);
    expect(await the.json<object[]>('replays', 'list')).toHaveLength((await replays()).length);
    const none = await the.run('replays', 'list', '--status', 'paused');
    expect(none).toMatchObject({ code: 0, out: '', err: 'no replay matches' });
    const shown = cells((await the.run('replays', 'show', id)).out);
    expect(shown).toContainEqual(['also', 'handlers that never ran']);
    expect(shown).toContainEqual(['finished', time]);
    expect(await the.json('replays', 'show', id)).toMatchObject({
      id,
      backfill: true,
      filter: { type: 'none' },
    });
  });

  it('pause, resume and cancel one; what it has started still runs', async () => {
    const gate = new Gate();
    fulfil = () => gate.opened;
    await storeMany();
    const { id } = await create('--account', 'acct_many', '--backfill', '--rate', '1');
    const order = (action: string) => the.run('replays', action, id, '--reason', `because of ${action}`);
    expect((await order('pause')).out).toMatch(new RegExp(`^replay ${id} paused: \\d+ events?, runs: `));
    expect((await order('resume')).out).toMatch(new RegExp(`^replay ${id} running: `));
    const cancelled = await order('cancel');
    expect(cancelled).toMatchObject({ code: 0, err: '' });
    expect(cancelled.out).toMatch(new RegExp(`^replay ${id} cancelled: `));
    gate.open();
    const watched = await the.run('replays', 'watch', id);
    expect(watched.out).toMatch(new RegExp(`^replay ${id} cancelled: `));
    expect(watched.code).toBe(1);
    const { code, err } = await order('resume');
    expect(err).toMatch(/\(replay_ended\)$/);
    expect(code).toBe(1);
    const audit = await the.json<{ reason: string }[]>('audit', 'list', '--target', id);
    expect(audit.map(({ reason }) => reason)).toEqual([
      'because of cancel',
      'because of resume',
      'because of pause',
      null,
    ]);
  });

  it.each(['show', 'watch', 'pause', 'resume', 'cancel'])(
    '%s ends with 1 where there is no such replay',
    async (action) => {
      const { code, err, out } = await the.run('replays', action, '99999');
      expect(err).toMatch(/^error: .* \(replay_not_found\)$/);
      expect({ code, out }).toEqual({ code: 1, out: '' });
    },
  );
});

describe('turnpike replays watch', () => {
  it('is ended by Ctrl-C, which leaves the replay alone and says how to come back', async () => {
    const gate = new Gate();
    const id = await held(gate);
    const watching = the.cli.start(['replays', 'watch', id]);
    await watching.says(/^3 of 3 events/);
    watching.interrupt();
    const { code, out, err } = await watching.outcome;
    expect(err).toMatch(
      new RegExp(
        `^The replay goes on. Watch it: npx turnpike replays watch ${id}\nStop it: .* cancel ${id}$`,
        'm',
      ),
    );
    expect({ code, out }).toEqual({ code: 130, out: '' });
    gate.open();
    expect(await the.json('replays', 'watch', id)).toMatchObject({
      status: 'completed',
      runs: { created: EVENTS, succeeded: EVENTS, dead: 0 },
    });
  });

  let api: AppProcess | undefined;
  afterAll(() => api?.stop('SIGKILL'));

  it('goes on when the server restarts', async () => {
    const gate = new Gate();
    const id = await held(gate);
    const env = { ...test.options().env, ROLE: 'api' };
    api = await AppProcess.start({ ...test.options(), env });
    const { port } = new URL(api.url);
    const watching = the.cli.start(['replays', 'watch', id, '--url', api.url]);
    await watching.says(/^3 of 3 events/);
    await api.stop('SIGKILL');
    await watching.says(/^connection lost, trying again: /);
    api = await AppProcess.start({ ...test.options(), env: { ...env, PORT: port } });
    gate.open();
    const { code, out } = await watching.outcome;
    expect({ code, out }).toEqual({ code: 0, out: `replay ${id} completed: 3 events, runs: 3 succeeded\n` });
  });
});
