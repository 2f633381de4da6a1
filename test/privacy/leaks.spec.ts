import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadConfig } from '../../src/config/env.js';
import { createEvent, type FactoryType } from '../../src/event-factories/create-event.js';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { CONNECT_SECRET, deliver, type Delivery, DIRECT_SECRET, testEnvironment } from '../harness/app.js';
import { AppProcess } from '../harness/app-process.js';
import { canaries } from '../harness/canaries.js';
import { withRedis } from '../harness/redis.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from '../harness/stack.js';
import { StoreWatch } from '../harness/store-watch.js';

const ISSUING_SECRET = 'whsec_issuing_confidential';
const APP_SECRET = 'absec_app_confidential';
const ADMIN_KEY = 'admin-key-confidential-of-40-characters!';
/** In every request to the app, and in every event beside the sample person. */
const PERSON = 'wilhelmina.birdsong@example.com';

const env = {
  LOG_LEVEL: 'trace',
  STRIPE_DIRECT_WEBHOOK_SECRETS: `${DIRECT_SECRET},whsec_retired_confidential`,
  STRIPE_ISSUING_WEBHOOK_SECRETS: ISSUING_SECRET,
  STRIPE_APP_SECRETS: APP_SECRET,
  STRIPE_SECRET_KEY: 'sk_test_confidential_of_the_platform',
  STRIPE_API_BASE: 'http://127.0.0.1:1',
  ADMIN_BOOTSTRAP_KEY: ADMIN_KEY,
  MAIL_URL: 'smtp://user:mail-password-confidential@127.0.0.1:1',
  MAIL_FROM: 'payouts@platform.example.com',
};

describe('an application in which everything goes wrong', () => {
  let database: TestDatabase;
  let watch: StoreWatch;
  let app: AppProcess;
  let words: string[];
  const prefix = uniquePrefix();
  /** What left it, by the way it left. */
  const said: Record<string, string> = {};

  const direct = (type: FactoryType, object: object = {}) => ({
    event: createEvent(type, { object: { metadata: { email: PERSON }, ...object } }),
  });
  const failing = [
    direct('charge.succeeded', { receipt_email: PERSON }),
    direct('checkout.session.completed', { customer_details: { email: PERSON } }),
    direct('charge.dispute.created', { evidence: { customer_email_address: PERSON } }),
  ];
  const skipped = direct('invoice.paid', { customer_email: PERSON });
  const payout = createEvent('payout.failed', { account: 'acct_1Leaks1' });
  const refused: Delivery[] = [
    { ...direct('payout.paid'), secret: 'whsec_of_somebody_else' },
    { ...direct('payout.paid'), timestamp: 1 },
    { body: `{"email":"${PERSON}"` },
    { body: JSON.stringify({ object: PERSON }) },
    { ...direct('payout.paid'), headers: { 'stripe-signature': PERSON } },
    { ...direct('payout.paid'), headers: { 'content-type': PERSON } },
  ];

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await watch.alsoWatch('outgoing_mail');
    const servers = { databaseUrl: database.url, redisUrl: redisUrl(), prefix };
    app = await AppProcess.start({ ...servers, env }, 'harness/careless.ts');
    words = [...canaries(testEnvironment({ ...servers, env })), PERSON];
    const contact = createEvent('account.updated', { account: 'acct_1Leaks1', object: { email: PERSON } });
    const answers: unknown[] = [];
    for (const event of [contact, payout]) {
      answers.push(await deliver(app.url, { event, path: '/connect-webhook', secret: CONNECT_SECRET }));
      await watch.until(
        `SELECT FROM handler_run WHERE event_id = $1 AND status <> 'succeeded'`,
        [event.id],
        (rows) => rows.length === 0,
      );
    }
    for (const delivery of [...failing, skipped, ...refused]) answers.push(await deliver(app.url, delivery));
    answers.push(
      await deliver(app.url, {
        event: createEvent('issuing_authorization.request'),
        path: '/issuing/authorizations',
        secret: ISSUING_SECRET,
      }),
    );
    const body = JSON.stringify({ email: PERSON, user_id: 'usr_1', account_id: 'acct_1' });
    const { headers } = signedRequest({ body, secret: APP_SECRET });
    answers.push(await (await fetch(`${app.url}/app/customers`, { method: 'POST', body, headers })).text());
    // Its answer names the path, to whoever asked for it.
    await deliver(app.url, { body: '{}', path: `/${PERSON}` });
    await watch.until(
      `SELECT handler_id FROM handler_run WHERE status = 'retrying' AND handler_id LIKE 'careless.%'`,
      [],
      (rows) => rows.length === failing.length,
    );
    await watch.untilFinished([skipped.event.id]);
    await watch.until<{ error: string | null }>(
      `SELECT last_error AS error FROM outgoing_mail`,
      [],
      (rows) => rows.length > 0 && rows.every(({ error }) => error !== null),
    );
    said.answers = JSON.stringify(answers);
    const get = async (path: string, key = ADMIN_KEY) =>
      (await fetch(app.url + path, { headers: { Authorization: `Bearer ${key}` } })).text();
    said.metrics = await get('/metrics');
    said.health = (await get('/health/ready')) + (await get('/health/live'));
    said.errors = (
      await Promise.all(
        ['failures', 'events/none', 'handlers', 'mail?limit=x', 'audit', 'queues/api/queues'].map((path) =>
          get(`/admin/${path}`),
        ),
      )
    ).join();
    said['refused keys'] = await get('/admin/events', `${ADMIN_KEY}${PERSON}`.slice(5));
    const stored = await watch.query(
      `SELECT last_error AS text FROM handler_run UNION ALL SELECT error FROM handler_attempt
       UNION ALL SELECT last_error FROM outgoing_mail`,
    );
    said['stored errors'] = JSON.stringify(stored);
    said.redis = await redisText(prefix);
    await app.stop();
    said.log = app.output;
  });

  afterAll(async () => {
    await watch.close();
    await database.drop();
  });

  it.each(['answers', 'metrics', 'health', 'errors', 'refused keys', 'stored errors', 'redis', 'log'])(
    'says no secret and nothing of a person in its %s',
    (where) => {
      const lines = (said[where] ?? '').split('\n');
      expect(lines.join('').length).toBeGreaterThan(20);
      expect(lines.filter((line) => words.some((word) => line.includes(word)))).toEqual([]);
    },
  );

  it('was heard: each failure is in the log, and in what is kept of it', () => {
    for (const handler of ['throws', 'sql', 'outside']) expect(said.log).toContain(`careless.${handler}`);
    expect(said.log).toContain('policy failed');
    expect(said['stored errors']).toContain('POST /mails answered 422: [redacted]');
    expect(said.redis).toContain('careless.throws');
  });
});

describe('a configuration that cannot be used', () => {
  const servers = {
    databaseUrl: 'postgres://u:db-password-confidential@127.0.0.1:1/t',
    redisUrl: redisUrl(),
  };
  const base = testEnvironment({ ...servers, prefix: '{leaks}', env });
  const wrong: Record<string, string> = {
    DATABASE_URL: 'postgres:db-password-confidential:',
    REDIS_URL: 'confidential-redis-password',
    STRIPE_SECRET_KEY: 'pk_confidential',
    STRIPE_DIRECT_WEBHOOK_SECRETS: 'whsec_confidential,,',
    ADMIN_BOOTSTRAP_KEY: 'confidential',
    MAIL_URL: 'confidential-password@smtp',
    PORT: 'confidential',
    PROCESS_MODE: 'confidential',
    QUEUE_PREFIX: 'confidential',
  };

  it.each(Object.keys(wrong).slice(1))('because of %s is refused without its value', (name) => {
    expect(() => loadConfig({ ...base, [name]: wrong[name] })).toThrow(
      expect.objectContaining({ message: expect.stringMatching(`^(?![^]*confidential)[^]*${name}`) }),
    );
  });

  it('makes a process end that says on no stream what it was told', async () => {
    const child = spawn(
      process.execPath,
      ['--import', './test/harness/typescript-loader.mjs', 'test/harness/app-process.main.ts'],
      { env: { PATH: process.env.PATH, ...base, ...wrong }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)));
    await once(child, 'close');
    expect(child.exitCode).toBe(1);
    expect(output).toContain('STRIPE_SECRET_KEY');
    expect(output).not.toMatch(/confidential|newest/);
  }, 60_000);
});

/** Every key of an installation, with its value. */
const redisText = (prefix: string): Promise<string> =>
  withRedis(redisUrl(), async (redis) => {
    const found = await redis.keys(`${prefix}*`);
    const values = found.map(async (key) => {
      const type = await redis.type(key);
      if (type === 'hash') return JSON.stringify(await redis.hgetall(key));
      if (type === 'list') return (await redis.lrange(key, 0, -1)).join();
      if (type === 'set') return (await redis.smembers(key)).join();
      if (type === 'zset') return (await redis.zrange(key, 0, -1)).join();
      return type === 'string' ? await redis.get(key) : type;
    });
    return [...found, ...(await Promise.all(values))].join('\n');
  });
