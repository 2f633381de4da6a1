import { describe, it } from '@jest/globals';
import { DIRECT_SECRET } from './harness/app.js';
import { manyEvents } from './harness/deliveries.js';
import { authorizations, issuingFaultTest, manyRequests } from './harness/issuing-fault-test.js';
import { burst, steadyLoad } from './harness/steady-load.js';

describe('while others are busy or away', () => {
  const test = issuingFaultTest('harness/outage-effects.ts');
  const redis = () => test.scene.servers.redis;

  describe('every authorization is decided in time and kept as it was answered', () => {
    // As production runs it: handlers have processes of their own.
    const app = test.startOnce({ ROLE: 'api' });

    it('Redis is killed in mid-load', async () => {
      const asked = await steadyLoad(app.url, manyRequests(300), {
        ...authorizations,
        perSecond: 100,
        during: { 100: () => redis().kill() },
      });
      await redis().start();
      test.expectDecided('Redis killed', asked);
      await test.untilKept(asked);
    });

    it('500 events come to the webhook at once', async () => {
      const events = manyEvents(500);
      const storm = { path: '/webhook', secret: DIRECT_SECRET };
      const asked = await steadyLoad(app.url, manyRequests(300), {
        ...authorizations,
        perSecond: 100,
        during: { 100: () => burst(app.url, events, storm) },
      });
      test.expectDecided('storm of 500 events', asked);
      await test.untilKept(asked);
      await test.scene.start({ ROLE: 'worker' });
      await test.scene.watch.untilFinished(events.map(({ id }) => id));
    });
  });
});
