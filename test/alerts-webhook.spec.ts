import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, loadConfig } from '../src/config/env.js';
import { MAX_ATTEMPTS } from '../src/operator-alerts/alert-policy.js';
import { alertTest } from './harness/alert-test.js';
import { withRedis } from './harness/redis.js';
import { redisUrl } from './harness/stack.js';
import { WEBHOOK_SECRET } from './harness/webhook-stand-in.js';

const A = 'aaaaaaaaaaaaaaaa';

describe('a webhook about alerts', () => {
  const test = alertTest();
  const { admin } = test;

  const alert = async () => {
    await test.addDead('shop.fulfil', A, 1);
    await test.pass();
  };
  const failed = (attempts: number) =>
    test.webhooksUntil(([row]) => row?.attempts === attempts && row.last_error !== null);
  const sent = () => test.webhooksUntil(([row]) => row?.status === 'sent');

  it('is signed as Standard Webhooks has it', async () => {
    await alert();
    await sent();
    const [received] = test.receiver.received;
    if (!received) throw new Error('Nothing was received');
    const { headers, text, id } = received;
    const key = Buffer.from(WEBHOOK_SECRET.replace('whsec_', ''), 'base64');
    const timestamp = String(headers['webhook-timestamp']);
    const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64');
    expect(headers).toMatchObject({ 'webhook-signature': `v1,${mac}`, 'content-type': 'application/json' });
    expect(id).toMatch(/^msg_\w+$/);
  });

  it('is tried again with the same id and body after an answer that is no success, and counted', async () => {
    test.receiver.behaviour = (request) => (request === 1 ? 'fail' : 'accept');
    await alert();
    const [row] = await failed(1);
    expect(row).toMatchObject({ status: 'waiting', last_error: 'The receiver answered 500' });
    const listed = await admin.call('GET', 'alerts/webhooks?status=waiting');
    expect(listed.body).toMatchObject({
      data: [{ webhookId: row?.webhook_id, lastError: 'The receiver answered 500', attempts: 1 }],
      next: null,
    });
    await admin.app.metricsWith('turnpike_alert_webhook_attempts_total{outcome="failed"} 1');
    expect(await admin.app.metrics()).toContain('turnpike_alert_webhooks{status="waiting"} 1');
    await test.retryIsDue();
    await sent();
    const [first, second, ...more] = test.receiver.received;
    expect(more).toEqual([]);
    expect([second?.id, second?.text]).toEqual([first?.id, first?.text]);
  });

  it('does not follow a redirect, and is tried again', async () => {
    test.receiver.behaviour = (request) => (request === 1 ? 'redirect' : 'accept');
    const { refused } = test.receiver;
    await alert();
    const error = 'The receiver answered 302: redirects are not followed';
    expect(await failed(1)).toMatchObject([{ status: 'waiting', last_error: error }]);
    await test.retryIsDue();
    await sent();
    expect(test.receiver.received).toHaveLength(2);
    expect(test.receiver.refused).toBe(refused);
  });

  it('is taken with the status alone: what else the receiver says is not waited for', async () => {
    test.receiver.behaviour = () => 'endless';
    await alert();
    expect(await sent()).toMatchObject([{ attempts: 1 }]);
  });

  it('is dead at once when the receiver wants no more, until an operator has it tried again', async () => {
    test.receiver.behaviour = (request) => (request === 1 ? 'gone' : 'accept');
    await alert();
    const [dead] = await test.webhooksUntil(([row]) => row?.status === 'dead');
    await admin.app.metricsWith('turnpike_alert_webhook_attempts_total{outcome="dead"} 1');
    expect(await admin.app.metrics()).toContain('turnpike_alert_webhooks{status="dead"} 1');
    const path = `alerts/webhooks/${dead?.id}/retry`;
    expect(await admin.call('POST', path, { body: { reason: 'It is back' } })).toMatchObject({
      status: 200,
      body: { status: 'waiting', attempts: 0 },
    });
    await sent();
    expect(new Set(test.receiver.received.map(({ id }) => id))).toEqual(new Set([dead?.webhook_id]));
    expect(await admin.call('POST', path)).toMatchObject({
      status: 409,
      body: { code: 'alert_webhook_not_dead' },
    });
    expect(await admin.call('POST', 'alerts/webhooks/999/retry')).toMatchObject({
      status: 404,
      body: { code: 'alert_webhook_not_found' },
    });
    const audit = await test.watch.query(
      `SELECT target, reason FROM audit_log WHERE action = 'alert_webhook.retry'`,
    );
    expect(audit).toEqual([{ target: dead?.id, reason: 'It is back' }]);
  });

  it('is dead after its last attempt, also when that was lost with its worker', async () => {
    test.receiver.behaviour = () => 'fail';
    await alert();
    await failed(1);
    await test.watch.query('UPDATE alert_webhook SET attempts = $1, due_at = clock_timestamp()', [
      MAX_ATTEMPTS - 1,
    ]);
    await test.webhooksUntil(([row]) => row?.status === 'dead' && row.attempts === MAX_ATTEMPTS);
    await test.watch.query(`UPDATE alert_webhook SET status = 'waiting', due_at = clock_timestamp()`);
    const [lost] = await test.webhooksUntil(([row]) => row?.status === 'dead');
    expect(lost).toMatchObject({
      attempts: MAX_ATTEMPTS,
      last_error: expect.stringContaining('worker died'),
    });
  });

  it('goes out although Redis forgets everything about it', async () => {
    test.receiver.behaviour = (request) => (request <= 2 ? 'hold' : 'accept');
    for (const handler of ['shop.one', 'shop.two', 'shop.three']) {
      await test.addDead(handler, A, 1);
      await test.intervalPasses();
      await test.pass();
    }
    // Two are on their way, as many as one worker delivers at once; the third waits in Redis.
    await test.receiver.until(() => test.receiver.received.length === 2);
    const { prefix } = admin.options();
    await withRedis(redisUrl(), async (redis) => {
      while ((await redis.llen(`${prefix}:alerts:wait`)) === 0);
      await redis.del(await redis.keys(`${prefix}:alerts:*`));
    });
    test.receiver.release();
    await test.webhooksUntil((rows) => rows.every(({ status }) => status === 'sent'));
    expect(new Set(test.receiver.received.map(({ id }) => id)).size).toBe(3);
  });
});

describe('a receiver that says nothing', () => {
  const test = alertTest([], { ALERT_WEBHOOK_TIMEOUT_MS: '300' });

  it('is given up after the time-out, and tried again', async () => {
    test.receiver.behaviour = () => 'hang';
    await test.addDead('shop.fulfil', A, 1);
    await test.pass();
    const [row] = await test.webhooksUntil(([first]) => (first?.last_error ?? null) !== null);
    expect(row).toMatchObject({ status: 'waiting', last_error: 'No answer within 300 ms' });
    test.receiver.behaviour = () => 'accept';
    await test.retryIsDue();
    await test.webhooksUntil(([first]) => first?.status === 'sent');
    expect(new Set(test.receiver.received.map(({ id }) => id))).toEqual(new Set([row?.webhook_id]));
  });
});

describe('the configuration of alerts', () => {
  const problems = (env: Record<string, string>): string => {
    try {
      loadConfig({
        NODE_ENV: 'production',
        DATABASE_URL: 'postgresql://db/turnpike',
        REDIS_URL: 'redis://redis',
        PROCESS_MODE: 'test',
        ROLE: 'worker',
        ...env,
      });
      return '';
    } catch (error) {
      return (error as ConfigurationError).problems.join('\n');
    }
  };
  const ALERT_WEBHOOK_URL = 'https://alerts.example.com/turnpike';
  const ALERT_WEBHOOK_SECRET = WEBHOOK_SECRET;

  it('takes an address and a secret', () => {
    expect(problems({ ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET, ALERT_EMAIL: 'a@b.example' })).toBe('');
  });

  it.each([
    [{ ALERT_WEBHOOK_URL }, 'ALERT_WEBHOOK_SECRET is not set, and ALERT_WEBHOOK_URL is'],
    [
      { ALERT_WEBHOOK_URL: 'http://alerts.example.com', ALERT_WEBHOOK_SECRET },
      'ALERT_WEBHOOK_URL must be https outside development',
    ],
    [
      { ALERT_WEBHOOK_URL: 'http://alerts.example.com', ALERT_WEBHOOK_SECRET, NODE_ENV: 'test' },
      'ALERT_WEBHOOK_URL must be https outside development',
    ],
    [
      { ALERT_WEBHOOK_URL: 'https://me:it@alerts.example.com', ALERT_WEBHOOK_SECRET },
      'has a user name in it',
    ],
    [{ ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET: 'whsec_short' }, 'is not whsec_ and the base64'],
    [{ ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET: WEBHOOK_SECRET.slice(6) }, 'is not whsec_ and the base64'],
    [{ ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET: `${WEBHOOK_SECRET}_` }, 'is not whsec_ and the base64'],
    [{ ALERT_EMAIL: 'On call <a@b.example>' }, 'ALERT_EMAIL is not an address'],
  ])('refuses %j', (env, problem) => {
    expect(problems(env as Record<string, string>)).toContain(problem);
  });
});
