import { beforeEach, describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { alertTest } from './harness/alert-test.js';
import type { TestApp } from './harness/app.js';
import { Roadblock } from './harness/roadblock.js';

const direct = { new: 'whsec_direct_new', old: 'whsec_direct_old' };
const connect = 'whsec_connect';

const test = alertTest([], {
  STRIPE_DIRECT_WEBHOOK_SECRETS: `${direct.new},${direct.old}`,
  STRIPE_CONNECT_WEBHOOK_SECRETS: connect,
  ALERT_SILENT_ENDPOINT_MINUTES: '60',
});

const delivery = (endpoint: 'direct' | 'connect', secret?: string) => ({
  path: endpoint === 'direct' ? '/webhook' : '/connect-webhook',
  secret: secret ?? (endpoint === 'direct' ? direct.new : connect),
  event: createEvent('payment_intent.succeeded', endpoint === 'connect' ? { account: 'acct_1' } : {}),
});

/** Delivers, and has it written down. */
const receive = async (endpoint: 'direct' | 'connect', secret?: string, app: TestApp = test.admin.app) => {
  expect((await app.deliver(delivery(endpoint, secret))).status).toBe(200);
  await test.usesWritten(app);
};

/** Stands for time in which nothing is received. */
const quietFor = (minutes: number) =>
  test.watch.query(
    `UPDATE signing_secret SET
       last_used_at = last_used_at - $1 * interval '1 minute', active_since = active_since - $1 * interval '1 minute',
       retired_at = retired_at - $1 * interval '1 minute'`,
    [minutes],
  );

/** Stands for time in which only this endpoint receives. */
const quietBut = async (endpoint: 'direct' | 'connect', minutes: number) => {
  for (let passed = 0; passed < minutes; passed += 30) {
    await quietFor(30);
    await receive(endpoint);
  }
};

const states = async () => (await test.alerts()).map(({ kind, subject, state }) => [kind, subject, state]);
const pass = async () => {
  await test.intervalPasses();
  await test.pass();
  return states();
};

beforeEach(async () => {
  await test.watch.query(
    'UPDATE signing_secret SET last_used_at = NULL, active_since = NULL, retired_uses = 0, retired_at = CASE WHEN position > 0 THEN now() END',
  );
});

describe('an endpoint', () => {
  it('that receives nothing for the configured time while another does is an alert until it receives', async () => {
    await receive('direct');
    await receive('connect');
    await quietBut('connect', 30);
    expect(await pass()).toEqual([]);
    await quietBut('connect', 60);
    expect(await pass()).toEqual([['silent_endpoint', 'direct', 'open']]);
    expect((await test.alerts())[0]?.text).toMatch(/^The endpoint direct has received nothing since .* UTC/);
    expect(await test.told(1)).toEqual(['opened direct']);
    await receive('direct');
    expect(await pass()).toEqual([['silent_endpoint', 'direct', 'resolved']]);
    expect(await test.told(2)).toEqual(['resolved direct']);
  });

  it('is not called silent while all are, nor at once when the others receive again', async () => {
    await receive('direct');
    await receive('connect');
    await quietFor(600);
    expect(await pass()).toEqual([]);
    await receive('connect');
    expect(await pass()).toEqual([]);
    await quietBut('connect', 60);
    expect(await pass()).toEqual([['silent_endpoint', 'direct', 'open']]);
  });

  it('stays silent when the others fall silent, too', async () => {
    await receive('direct');
    await receive('connect');
    await quietBut('connect', 90);
    expect(await pass()).toEqual([['silent_endpoint', 'direct', 'open']]);
    await quietFor(600);
    expect(await pass()).toEqual([['silent_endpoint', 'direct', 'open']]);
  });

  it('that has never received anything, or is not configured, is no alert', async () => {
    await receive('connect');
    await quietBut('connect', 120);
    expect(await pass()).toEqual([]);
    await test.watch.query(
      `INSERT INTO signing_secret (endpoint, secret, last_used_at) VALUES ('issuing', 'gone', now() - interval '1 day')`,
    );
    expect(await pass()).toEqual([]);
  });

  it('is one endpoint, whichever of its secrets verified', async () => {
    await receive('direct', direct.old);
    await receive('connect');
    await quietBut('connect', 30);
    await receive('direct', direct.new);
    await quietBut('connect', 30);
    expect(await pass()).toEqual([]);
    await quietBut('connect', 60);
    expect(await pass()).toEqual([['silent_endpoint', 'direct', 'open']]);
  });
});

describe('a rolled secret', () => {
  const DAY = 24 * 60;
  const retired = (state: string) => [
    ['retired_secret', expect.stringMatching(/^direct\/[0-9a-f]{8}$/), state],
  ];

  it('may be used for a day; a use after that is an alert, which counts', async () => {
    await receive('direct', direct.old);
    expect(await pass()).toEqual([]);
    await quietFor(DAY - 1);
    await receive('direct', direct.old);
    expect(await pass()).toEqual([]);
    await quietFor(2);
    expect(await pass()).toEqual([]);
    await receive('direct', direct.old);
    expect(await pass()).toEqual(retired('open'));
    const [alert] = await test.alerts();
    expect(alert).toMatchObject({ occurrences: 3, text: expect.stringContaining('used 3 times') });
    expect(JSON.stringify(alert)).not.toContain('whsec_');
    expect(await test.told(1)).toEqual([`opened ${alert?.subject}`]);
  });

  it('is no alert where the newest one signs as well, nor when only that does', async () => {
    await quietFor(2 * DAY);
    const both = { ...delivery('direct'), secret: [direct.old, direct.new] };
    expect((await test.admin.deliver(both)).status).toBe(200);
    await receive('direct');
    expect(await pass()).toEqual([]);
  });

  it('is an alert until nobody has used it for a day', async () => {
    await quietFor(2 * DAY);
    await receive('direct', direct.old);
    expect(await pass()).toEqual(retired('open'));
    await quietFor(DAY - 1);
    expect(await pass()).toEqual(retired('open'));
    await quietFor(2);
    expect(await pass()).toEqual(retired('resolved'));
  });

  it('is an alert until it is removed, by whichever process starts last, and survives restarts', async () => {
    await quietFor(2 * DAY);
    const again = await test.startAnother();
    await receive('direct', direct.old, again);
    await again.stop();
    expect(await pass()).toEqual(retired('open'));
    await test.startAnother({ ROLE: 'worker', STRIPE_DIRECT_WEBHOOK_SECRETS: '' });
    expect(await pass()).toEqual(retired('open'));
    await test.startAnother({ STRIPE_DIRECT_WEBHOOK_SECRETS: direct.new });
    expect(await pass()).toEqual(retired('resolved'));
    await test.startAnother();
    expect(await pass()).toEqual(retired('resolved'));
  });
});

describe('the record of what secrets are used', () => {
  const uses = async () => {
    const [row] = await test.watch.query<{ uses: number }>(
      'SELECT sum(retired_uses)::int AS uses FROM signing_secret',
    );
    return row?.uses;
  };

  it('costs one statement for many deliveries, and none where there were none', async () => {
    await test.watch.query('CREATE TABLE written (rows int)');
    await test.watch.query(`
      CREATE FUNCTION count_written() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN INSERT INTO written SELECT count(*) FROM changed; RETURN NULL; END $$`);
    await test.watch.query(`
      CREATE TRIGGER count_written AFTER UPDATE ON signing_secret REFERENCING NEW TABLE AS changed
      FOR EACH STATEMENT EXECUTE FUNCTION count_written()`);
    const deliveries = Array.from({ length: 50 }, () => test.admin.deliver(delivery('direct', direct.old)));
    await Promise.all(deliveries);
    await test.usesWritten();
    await test.usesWritten();
    expect(await uses()).toBe(50);
    const written = await test.watch.query('SELECT rows FROM written');
    // The schedule may have written while the deliveries came in; it has one row to write.
    expect(written.length).toBeLessThan(20);
    expect(new Set(written.map(({ rows }) => rows as number))).toEqual(new Set([1]));
    await test.watch.query('DROP TRIGGER count_written ON signing_secret');
  });

  it('neither holds up a delivery nor fails it, and is made up for', async () => {
    const roadblock = await Roadblock.open(test.admin.options().databaseUrl);
    await roadblock.lock('LOCK TABLE signing_secret IN ACCESS EXCLUSIVE MODE');
    expect((await test.admin.deliver(delivery('direct', direct.old))).status).toBe(200);
    const written = test.usesWritten();
    await roadblock.untilWaiting(1, 'signing_secret');
    expect((await test.admin.deliver(delivery('direct', direct.old))).status).toBe(200);
    await roadblock.commit('ALTER TABLE signing_secret RENAME TO hidden');
    await roadblock.close();
    await written;
    expect((await test.admin.deliver(delivery('direct', direct.old))).status).toBe(200);
    await test.usesWritten();
    await test.watch.query('ALTER TABLE hidden RENAME TO signing_secret');
    await test.usesWritten();
    expect(await uses()).toBe(3);
  });
});
