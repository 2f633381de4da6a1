import { describe, expect, it } from '@jest/globals';
import { type Delivery, TestApp } from './harness/app.js';
import { inboundTest } from './harness/inbound-test.js';
import { paymentFor, routes } from './harness/routes.js';
import { createDatabase, uniquePrefix } from './harness/stack.js';

const json = async (url: string) => {
  const response = await fetch(url);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: (await response.json()) as Record<string, unknown>,
  };
};

describe('an application that runs', () => {
  const test = inboundTest();

  it('says that it is live', async () => {
    expect(await json(`${test.app.url}/health/live`)).toEqual({
      status: 200,
      type: expect.stringContaining('application/json'),
      body: { status: 'live' },
    });
  });

  it('says that it is ready, part by part', async () => {
    expect(await json(`${test.app.url}/health/ready`)).toEqual({
      status: 200,
      type: expect.stringContaining('application/json'),
      body: { status: 'ready', parts: { postgres: 'up', redis: 'up' } },
    });
  });

  it('serves its metrics in the text format of Prometheus, each with help and type', async () => {
    const response = await fetch(`${test.app.url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    for (const [name, type] of Object.entries({
      turnpike_deliveries_total: 'counter',
      turnpike_events_total: 'counter',
      turnpike_misrouted_events_total: 'counter',
      turnpike_retired_secret_uses_total: 'counter',
      turnpike_runs_finished_total: 'counter',
      turnpike_enqueue_failures_total: 'counter',
      turnpike_swept_runs_total: 'counter',
      turnpike_ingest_seconds: 'histogram',
      turnpike_ingest_batch_events: 'histogram',
      turnpike_handler_seconds: 'histogram',
      turnpike_runs: 'gauge',
      turnpike_oldest_waiting_seconds: 'gauge',
      turnpike_queue_jobs: 'gauge',
      process_cpu_seconds_total: 'counter',
    })) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} \\w.+$`, 'm'));
      expect(text).toMatch(new RegExp(`^# TYPE ${name} ${type}$`, 'm'));
    }
  });

  describe.each(routes)('counts the deliveries to $path', (route) => {
    const { path, secret, endpoint, source } = route;

    it.each([
      ['accepted', () => ({ event: paymentFor(route) }), '200', 'ok'],
      ['unsigned', () => ({ headers: { 'stripe-signature': undefined } }), '400', 'signature_missing'],
      ['forged', () => ({ event: paymentFor(route), secret: 'whsec_x' }), '400', 'signature_mismatch'],
      ['stale', () => ({ event: paymentFor(route), timestamp: 1 }), '400', 'signature_expired'],
      ['no JSON', () => ({ body: 'x' }), '400', 'payload_not_json'],
      ['no event', () => ({ body: '{}' }), '400', 'payload_not_an_event'],
      ['too large', () => ({ body: ' '.repeat(1_048_577) }), '413', 'body_too_large'],
      [
        'of a wrong type',
        () => ({ headers: { 'content-type': 'text/plain' } }),
        '415',
        'media_type_unsupported',
      ],
    ] as [string, () => Delivery, string, string][])(
      'that are %s, by status and reason',
      async (_title, make, status, reason) => {
        const labels = { endpoint, status, reason };
        const count = () => test.metric('turnpike_deliveries_total', labels);
        const before = { this: await count(), all: await test.metric('turnpike_deliveries_total') };
        const answer = await test.app.deliver({ path, secret, ...make() });
        expect(String(answer.status)).toBe(status);
        expect(await count()).toBe(before.this + 1);
        expect(await test.metric('turnpike_deliveries_total')).toBe(before.all + 1);
      },
    );

    it('and the events in them, new or seen, with the time until they were stored', async () => {
      const event = paymentFor(route);
      const counts = async () => [
        await test.metric('turnpike_events_total', { source, outcome: 'stored' }),
        await test.metric('turnpike_events_total', { source, outcome: 'duplicate' }),
        await test.metric('turnpike_ingest_seconds_count'),
      ];
      const [stored = 0, seen = 0, timed = 0] = await counts();
      for (let i = 0; i < 3; i++) await test.app.deliver({ path, secret, event });
      expect(await counts()).toEqual([stored + 1, seen + 2, timed + 3]);
    });
  });
});

it('an application without Redis says so, and is not taken out of service', async () => {
  const database = await createDatabase();
  const servers = { databaseUrl: database.url, redisUrl: 'redis://127.0.0.1:1', prefix: uniquePrefix() };
  const app = await TestApp.start(servers);
  try {
    expect(await json(`${app.url}/health/ready`)).toMatchObject({
      status: 200,
      body: { status: 'degraded', parts: { postgres: 'up', redis: 'down' } },
    });
  } finally {
    await app.stop();
    await database.drop();
  }
});
