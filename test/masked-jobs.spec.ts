import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { createEvent } from '../src/event-factories/create-event.js';
import { RUN_QUEUE } from '../src/event-processing/queue-policy.js';
import { EffectModule } from './harness/effects.js';
import { processingTest } from './harness/processing-test.js';
import { withRedis } from './harness/redis.js';
import { redisUrl, uniquePrefix } from './harness/stack.js';

/** What Redis may hold under the id of a run's job, though no worker will ever get the job. */
const masks: Record<string, (redis: Redis, queue: string, job: string) => Promise<unknown>> = {
  'what a worker wrote on a job that was flushed away under it': async (redis, queue, job) => {
    await redis.del(`${queue}:wait`, `${queue}:${job}`);
    await redis.hset(`${queue}:${job}`, 'processedOn', Date.now());
  },
  'a job that a process with a wrong clock put off for a year': async (redis, queue, job) => {
    await redis.del(`${queue}:wait`);
    await redis.zadd(`${queue}:delayed`, (Date.now() + 365 * 86_400_000) * 4_096, job);
  },
};

describe('a run is handled', () => {
  const test = processingTest();

  it.each(Object.entries(masks))('although its job is masked by %s', async (_what, mask) => {
    const prefix = uniquePrefix();
    const api = await test.start([EffectModule], { ROLE: 'api' }, prefix);
    const event = createEvent('payment_intent.succeeded');
    expect((await api.deliver({ event })).status).toBe(200);
    const [run] = await test.watch.query<{ id: string }>('SELECT id FROM handler_run WHERE event_id = $1', [
      event.id,
    ]);
    const queue = `${prefix}:${RUN_QUEUE}`;
    const job = `${run?.id}-0`;
    await withRedis(redisUrl(), async (redis) => {
      // The answer does not wait for the job.
      while ((await redis.exists(`${queue}:${job}`)) === 0);
      await mask(redis, queue, job);
    });
    await test.start([EffectModule], { ROLE: 'worker', SWEEP_GRACE_MS: '100' }, prefix);
    const [finished] = await test.watch.untilFinished([event.id]);
    expect(finished?.status).toBe('succeeded');
    expect(await test.effectsOf(event.id)).toBe(1);
  });
});
