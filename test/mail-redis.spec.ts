import { describe, expect, it } from '@jest/globals';
import { MAIL_CONCURRENCY } from '../src/mail/mail-policy.js';
import { mailTest } from './harness/mail-test.js';
import { withRedis } from './harness/redis.js';
import { redisUrl } from './harness/stack.js';

describe('a message that waits for its turn', () => {
  const test = mailTest();

  it('goes out once although Redis forgets everything about it', async () => {
    const keys = Array.from({ length: MAIL_CONCURRENCY + 1 }, (_, i) => `turn/${i}`);
    test.smtp.behaviour = (attempt) => (attempt <= MAIL_CONCURRENCY ? 'hold' : 'accept');
    for (const key of keys) await test.put({ key });
    await test.smtp.until(() => test.smtp.holding === MAIL_CONCURRENCY);
    const { prefix } = test.admin.options();
    await withRedis(redisUrl(), async (redis) => {
      while ((await redis.llen(`${prefix}:mail:wait`)) === 0);
      await redis.del(await redis.keys(`${prefix}:mail:*`));
    });
    expect(test.smtp.accepted).toEqual([]);
    test.smtp.release();
    await test.until(keys, 'sent');
    expect(test.smtp.accepted).toHaveLength(keys.length);
  });

  it('goes out once although a remnant of its job masks it', async () => {
    const keys = Array.from({ length: MAIL_CONCURRENCY + 1 }, (_, i) => `masked/${i}`);
    const before = test.smtp.accepted.length;
    test.smtp.behaviour = (attempt) => (attempt <= before + MAIL_CONCURRENCY ? 'hold' : 'accept');
    for (const key of keys) await test.put({ key });
    await test.smtp.until(() => test.smtp.holding === MAIL_CONCURRENCY);
    const { prefix } = test.admin.options();
    const [waiting] = await test.watch.query<{ id: string }>(
      `SELECT id FROM outgoing_mail WHERE key = ANY ($1) AND attempts = 0`,
      [keys],
    );
    const job = `${prefix}:mail:${waiting?.id}-0`;
    await withRedis(redisUrl(), async (redis) => {
      while ((await redis.exists(job)) === 0);
      await redis.multi().del(`${prefix}:mail:wait`, job).hset(job, 'processedOn', 1).exec();
    });
    await test.watch.query(
      `UPDATE outgoing_mail SET due_at = clock_timestamp() - interval '1 hour' WHERE id = $1`,
      [waiting?.id],
    );
    test.smtp.release();
    await test.until(keys, 'sent');
    expect(test.smtp.accepted).toHaveLength(before + keys.length);
  });
});
