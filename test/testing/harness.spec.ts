import { afterEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { CONFIG } from '../../src/config/config.module.js';
import type { Config } from '../../src/config/env.js';
import { RetryAfter } from '../../src/event-handlers/index.js';
import { Outbox } from '../../src/mail/outbox.js';
import {
  anEvent,
  DeliveryRefused,
  type HarnessOptions,
  NotSettled,
  TurnpikeTestHarness,
} from '../../src/testing/index.js';
import { withRedis } from '../harness/redis.js';
import { Gate, scripted, scriptedOutside } from '../harness/scripted-handlers.js';
import { CarefulModule, createProbeTable } from './probe-handlers.js';

const running: TurnpikeTestHarness[] = [];
const start = async (options: HarnessOptions) => {
  const turnpike = await TurnpikeTestHarness.start(options);
  running.push(turnpike);
  return turnpike;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((turnpike) => turnpike.stop()));
});

const paid = () => anEvent('payment_intent.succeeded');
const HOUR_MS = 3_600_000;

describe('deliver', () => {
  it('brings events to the endpoint of their account, genuinely signed', async () => {
    const turnpike = await start({ modules: [CarefulModule] });
    await createProbeTable(turnpike);
    const own = paid();
    const others = anEvent('payment_intent.succeeded', { account: 'acct_1' });
    const thin = anEvent('v2.core.account.closed');
    await turnpike.deliver([own, others]);
    await turnpike.deliver(thin, { account: 'acct_2' });
    await turnpike.settled();
    const stored = await turnpike.query('SELECT id, source, account FROM stripe_event ORDER BY received_at');
    expect(stored).toEqual([
      { id: own.id, source: 'direct', account: null },
      { id: others.id, source: 'connect', account: 'acct_1' },
      { id: thin.id, source: 'connect', account: 'acct_2' },
    ]);
  });

  it('rejects unless the answer is 200, and says what it was', async () => {
    const turnpike = await start({ modules: [] });
    const event = paid();
    const delivery = turnpike.deliver(event, { secret: 'whsec_wrong' });
    await expect(delivery).rejects.toThrow(DeliveryRefused);
    await expect(delivery).rejects.toThrow(
      new RegExp(`/webhook answered 400 to ${event.id} \\(payment_intent.succeeded\\).*signature_`),
    );
  });

  it('signs with the secret that the test configures', async () => {
    const turnpike = await start({
      modules: [],
      env: { STRIPE_DIRECT_WEBHOOK_SECRETS: 'whsec_new, whsec_old' },
    });
    await turnpike.deliver(paid());
    await turnpike.deliver(paid(), { secret: 'whsec_old' });
    expect(await turnpike.query('SELECT FROM stripe_event')).toHaveLength(2);
  });
});

describe('settled', () => {
  it('waits for runs that are tried again', async () => {
    let attempts = 0;
    const module = scripted({ id: 'probe.again', backoff: { baseMs: 1, maxMs: 1 } }, async () => {
      attempts += 1;
      await Promise.resolve();
      if (attempts < 3) throw new Error('not yet');
    });
    const turnpike = await start({ modules: [module] });
    const event = paid();
    await turnpike.deliver(event);
    await turnpike.settled();
    expect(await turnpike.runsOf(event)).toEqual([
      { handler: 'probe.again', generation: 1, status: 'succeeded', attempts: 3, error: null },
    ]);
  });

  it('is at once where no event is stored, or no handler takes it', async () => {
    const turnpike = await start({ modules: [] });
    await turnpike.settled();
    const event = paid();
    await turnpike.deliver(event);
    await turnpike.settled();
    expect(await turnpike.runsOf(event)).toEqual([]);
  });

  it('names in its time-out the run that waits for its retry, with the last error', async () => {
    const module = scripted({ id: 'probe.late' }, () =>
      Promise.reject(new RetryAfter(HOUR_MS, 'the bank is closed')),
    );
    const turnpike = await start({ modules: [module] });
    const event = paid();
    await turnpike.deliver(event);
    const failure = await failureOf(turnpike, /failed in 1 attempt/);
    expect(failure).toBeInstanceOf(NotSettled);
    expect(failure.message).toMatch(
      new RegExp(
        `^Not settled within 50 ms:\\n  - probe.late on payment_intent.succeeded ${event.id} failed in 1 attempt\\(s\\), ` +
          'and is tried again at [\\d:.]+ UTC: the bank is closed$',
      ),
    );
  });

  it('names in its time-out the run whose handler does not end', async () => {
    const gate = new Gate();
    const module = scripted({ id: 'probe.stuck' }, () => gate.opened);
    const turnpike = await start({ modules: [module] });
    await turnpike.deliver(paid());
    const { message } = await failureOf(turnpike, /is in attempt 1/);
    expect(message).toMatch(
      /probe\.stuck on payment_intent\.succeeded evt_\w+ is in attempt 1, which has not ended$/,
    );
    gate.open();
    await turnpike.settled();
  });

  it('says that a handler is paused', async () => {
    const turnpike = await start({ modules: [scripted({ id: 'probe.paused' }, () => Promise.resolve())] });
    expect((await turnpike.admin('POST', 'handlers/probe.paused/pause', {})).status).toBe(200);
    await turnpike.deliver(paid());
    await expect(turnpike.settled({ withinMs: 50 })).rejects.toThrow('waits: its handler is paused');
  });

  /** What it rejects with, once the run is as far as the test wants it. */
  async function failureOf(turnpike: TurnpikeTestHarness, state: RegExp): Promise<Error> {
    for (;;) {
      const failure = await turnpike.settled({ withinMs: 50 }).then(
        () => new Error('It has settled'),
        (error: Error) => error,
      );
      if (state.test(failure.message) || !(failure instanceof NotSettled)) return failure;
    }
  }
});

describe('a harness', () => {
  it('shows runs, replays them and speaks to the admin routes', async () => {
    const turnpike = await start({ modules: [CarefulModule] });
    await createProbeTable(turnpike);
    const event = paid();
    await turnpike.deliver([event, event]);
    await turnpike.settled();
    expect(await turnpike.replay(event)).toMatchObject([{ handler: 'probe.careful', outcome: 'succeeded' }]);
    await turnpike.settled();
    expect(await turnpike.replay(event, { includeSucceeded: true })).toMatchObject([{ outcome: 'replayed' }]);
    await turnpike.settled();
    expect(await turnpike.runsOf(event)).toMatchObject([
      { generation: 1, status: 'succeeded' },
      { generation: 2, status: 'succeeded' },
    ]);
    expect(await turnpike.query('SELECT handler FROM probe WHERE event_id = $1', [event.id])).toHaveLength(2);
    const { status, body } = await turnpike.admin<{ data: { id: string }[] }>('GET', 'events');
    expect([status, body.data.map(({ id }) => id)]).toEqual([200, [event.id]]);
    await expect(turnpike.replay({ id: 'evt_missing' })).rejects.toThrow(
      /evt_missing was answered 404.*event_not_found/,
    );
  });

  it('has the providers and the database of the application', async () => {
    const turnpike = await start({ modules: [] });
    expect(turnpike.get(DataSource)).toBe(turnpike.dataSource);
    expect(await turnpike.dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('shows the e-mails that handlers wrote', async () => {
    const mail = {
      key: 'a/1',
      kind: 'a',
      account: null,
      subject: 'Hello',
      text: 'Text',
      html: '<p>Text</p>',
    };
    const turnpike = await start({ modules: [] });
    await turnpike.dataSource.transaction((tx) =>
      turnpike.get(Outbox).put(tx, { ...mail, to: { address: 'a@b.example' } }),
    );
    expect(await turnpike.mail()).toEqual([{ ...mail, to: 'a@b.example' }]);
  });

  it('never reaches Stripe: a stand-in answers, and says so where the test has told it nothing', async () => {
    const seen: unknown[] = [];
    const module = scriptedOutside({ id: 'probe.fetch', attempts: 1 }, async (_event, ctx) => {
      seen.push(await ctx.fetchLatest());
    });
    const turnpike = await start({ modules: [module] });
    const [first, second] = [paid(), paid()];
    await turnpike.deliver(first);
    await turnpike.settled();
    expect(await turnpike.runsOf(first)).toMatchObject([
      { status: 'dead', error: expect.stringContaining('turnpike.stripe.behaviour') },
    ]);
    turnpike.stripe.behaviour = () => ({ status: 200, body: { id: 'pi_1', object: 'payment_intent' } });
    await turnpike.deliver(second);
    await turnpike.settled();
    expect(seen).toMatchObject([{ id: 'pi_1' }]);
    expect(turnpike.stripe.calls.at(-1)).toMatchObject({ method: 'GET' });
  });

  it('sees nothing of another one beside it', async () => {
    const [one, other] = await Promise.all([
      start({ modules: [CarefulModule] }),
      start({ modules: [CarefulModule] }),
    ]);
    await Promise.all([one, other].map(createProbeTable));
    const event = paid();
    await one.deliver(event);
    await Promise.all([one.settled(), other.settled()]);
    expect(await one.runsOf(event)).toMatchObject([{ status: 'succeeded' }]);
    expect(await other.query('SELECT FROM stripe_event')).toEqual([]);
    await one.stop();
    await other.deliver(event);
    await other.settled();
    expect(await other.query('SELECT event_id FROM probe')).toEqual([{ event_id: event.id }]);
  });

  it('leaves no database, key, file or held back delivery when it stops, and can be stopped twice', async () => {
    const turnpike = await TurnpikeTestHarness.start({ modules: [], chaos: { seed: 1, delay: 60_000 } });
    await turnpike.deliver([paid(), paid(), paid()]);
    const config = turnpike.get<Config>(CONFIG);
    await withRedis(config.REDIS_URL, (redis) => redis.set(`${config.QUEUE_PREFIX}:probe`, '1'));
    expect(await remainsOf(config)).toEqual({ databases: 1, hasKeys: true, folder: true });
    await turnpike.stop();
    await turnpike.stop();
    expect(await remainsOf(config)).toEqual({ databases: 0, hasKeys: false, folder: false });
  });

  async function remainsOf({ DATABASE_URL, REDIS_URL, QUEUE_PREFIX, DATA_DIR }: Config) {
    const { serverUrl } = JSON.parse(process.env.TURNPIKE_TEST_STACK ?? '') as { serverUrl: string };
    const client = new Client({ connectionString: serverUrl });
    await client.connect();
    const { rows } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      new URL(DATABASE_URL).pathname.slice(1),
    ]);
    await client.end();
    const keys = await withRedis(REDIS_URL, (redis) => redis.keys(`${QUEUE_PREFIX}*`));
    return { databases: rows.length, hasKeys: keys.length > 0, folder: existsSync(DATA_DIR) };
  }
});
