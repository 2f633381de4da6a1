import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EmbeddedServices } from '../src/embedded/embedded-services.js';
import { TestApp } from './harness/app.js';
import { startPrivateStack, uniquePrefix } from './harness/stack.js';

describe('an application that is stopped before Redis has answered it', () => {
  let servers: EmbeddedServices;

  beforeAll(async () => {
    servers = await startPrivateStack();
  });
  afterAll(async () => {
    servers.redis.thaw();
    await servers.stop();
  });

  it('ends in order: what Bull had begun fails without anybody having to know', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    servers.redis.freeze();
    const { databaseUrl, redisUrl } = servers;
    const app = await TestApp.start({ databaseUrl, redisUrl, prefix: uniquePrefix() });
    await app.stop();
    // Node tells of rejections at the end of a turn.
    await new Promise(setImmediate);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });
});
