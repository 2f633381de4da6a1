import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createEvent } from '../src/event-factories/create-event.js';
import { RUN_QUEUE } from '../src/event-processing/queue-policy.js';
import { deliver } from './harness/app.js';
import { deliverAll, manyEvents, slowest, statuses } from './harness/deliveries.js';
import { faultTest, readiness } from './harness/fault-test.js';
import { metricValue } from './harness/inbound-test.js';
import { withRedis } from './harness/redis.js';

/** Below the time-out of a Redis command, 2 s: an answer that waited for Redis takes longer. */
const SOON_MS = 1_500;

describe('while Redis is away', () => {
  const scene = faultTest('harness/outage-effects.ts');
  const redis = () => scene.servers.redis;
  const flush = () => withRedis(scene.servers.redisUrl, (client) => client.flushall());

  const notTaken = async (url: string) =>
    metricValue(await (await fetch(`${url}/metrics`)).text(), 'turnpike_enqueue_failures_total', {});

  describe('one process that lives through it', () => {
    const app = scene.startOnce();

    it('every event is acknowledged, and handled once when Redis is back empty', async () => {
      await redis().stop();
      const delivered = await deliverAll(app.url, manyEvents(500));
      expect(statuses(delivered)).toEqual(new Set([200]));
      expect(slowest(delivered)).toBeLessThan(SOON_MS);
      expect(await readiness(app)).toEqual({
        httpStatus: 200,
        status: 'degraded',
        parts: { postgres: 'up', redis: 'down' },
      });
      // Each of their runs is counted as one that Redis did not take, once its command has timed out.
      while ((await notTaken(app.url)) < delivered.length);
      await redis().start();
      await flush();
      expect(await scene.notHandledOnce(delivered)).toEqual([]);
      expect(await readiness(app)).toMatchObject({ httpStatus: 200, status: 'ready' });
    });

    it('frozen, every event is acknowledged at once, and handled once after the thaw', async () => {
      redis().freeze();
      const delivered = await deliverAll(app.url, manyEvents(200));
      expect(statuses(delivered)).toEqual(new Set([200]));
      expect(slowest(delivered)).toBeLessThan(SOON_MS);
      expect(await readiness(app)).toMatchObject({ httpStatus: 200, parts: { redis: 'down' } });
      redis().thaw();
      expect(await scene.notHandledOnce(delivered)).toEqual([]);
    });

    it('killed in mid-load, every event is acknowledged and handled once', async () => {
      let answered = 0;
      let killed: Promise<void> | undefined;
      const delivered = await deliverAll(app.url, manyEvents(300), {
        onAnswer: () => {
          if (++answered === 100) killed = redis().kill();
        },
      });
      await killed;
      expect(statuses(delivered)).toEqual(new Set([200]));
      await redis().start();
      expect(await scene.notHandledOnce(delivered)).toEqual([]);
    });

    it('flushed, the retries that waited for their time are made all the same', async () => {
      const event = createEvent('payment_intent.payment_failed');
      await withRedis(scene.servers.redisUrl, async (client) => {
        await client.subscribe(`${scene.prefix}:${RUN_QUEUE}:delayed`);
        const delayed = once(client, 'message');
        expect((await deliver(app.url, { event })).status).toBe(200);
        await delayed;
      });
      await flush();
      const retried = { status: 'succeeded', effects: 1, attempts: ['failed', 'succeeded'] };
      expect(await scene.handled(event.id)).toEqual(retried);
    });
  });

  it('the application starts and acknowledges, and handles the events when Redis comes', async () => {
    await redis().stop();
    const app = await scene.start();
    const delivered = await deliverAll(app.url, manyEvents(20));
    expect(statuses(delivered)).toEqual(new Set([200]));
    expect(await readiness(app)).toMatchObject({ httpStatus: 200, status: 'degraded' });
    await redis().start();
    expect(await scene.notHandledOnce(delivered)).toEqual([]);
  });

  it('flushed, the jobs that waited are made again', async () => {
    const receiver = await scene.start({ ROLE: 'api' });
    const delivered = await deliverAll(receiver.url, manyEvents(50));
    const waiting = await withRedis(scene.servers.redisUrl, (client) =>
      client.llen(`${scene.prefix}:${RUN_QUEUE}:wait`),
    );
    expect(waiting).toBeGreaterThan(0);
    await flush();
    await scene.start({ ROLE: 'worker' });
    expect(await scene.notHandledOnce(delivered)).toEqual([]);
  });
});
