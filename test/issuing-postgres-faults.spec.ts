import { describe, expect, it } from '@jest/globals';
import {
  authorizations,
  beforeDeadline,
  issuingFaultTest,
  manyRequests,
} from './harness/issuing-fault-test.js';
import { burst, steadyLoad } from './harness/steady-load.js';

describe('while Postgres fails', () => {
  const test = issuingFaultTest('harness/outage-effects.ts');
  const postgres = () => test.scene.servers.postgres;

  describe('every authorization is decided in time and kept as it was answered', () => {
    const app = test.startOnce();

    it('nothing fails: the measure for the others, all approved', async () => {
      const asked = await steadyLoad(app.url, manyRequests(300), { ...authorizations, perSecond: 100 });
      test.expectDecided('nothing fails', asked);
      await test.untilKept(asked);
      expect(beforeDeadline(asked).filter(({ body }) => !body.approved)).toEqual([]);
    });

    it('frozen in mid-load, and thawed after all were answered', async () => {
      const asked = await steadyLoad(app.url, manyRequests(300), {
        ...authorizations,
        perSecond: 100,
        during: { 100: () => postgres().freeze() },
      });
      postgres().thaw();
      test.expectDecided('frozen', asked);
      await test.untilKept(asked);
    });

    it('frozen for a second and a half', async () => {
      const asked = await steadyLoad(app.url, manyRequests(400), {
        ...authorizations,
        perSecond: 100,
        during: { 100: () => postgres().freeze(), 250: () => postgres().thaw() },
      });
      test.expectDecided('frozen for 1.5 s', asked);
      await test.untilKept(asked);
    });

    it('killed in mid-load and started again', async () => {
      const asked = await steadyLoad(app.url, manyRequests(400), {
        ...authorizations,
        perSecond: 100,
        during: {
          100: () => postgres().kill(),
          250: async () => {
            await postgres().start();
            await test.scene.lookAgain();
          },
        },
      });
      test.expectDecided('killed and started again', asked);
      await test.untilKept(asked);
    });

    it('too slow to store events: the ledger has the decision, and that is the answer', async () => {
      await test.scene.roadblock.lock('LOCK TABLE stripe_event IN ACCESS EXCLUSIVE MODE');
      const asked = await burst(app.url, manyRequests(50), authorizations);
      await test.scene.roadblock.lift();
      test.expectInTime(asked);
      expect(beforeDeadline(asked).filter(({ body }) => !body.approved)).toEqual([]);
      await test.untilKept(asked);
    });
  });

  it('what the fallback approves takes from the totals all the same', async () => {
    const app = await test.start({ ISSUING_FALLBACK: 'approve', ISSUING_DEADLINE_MS: '300' });
    await test.scene.roadblock.lock('LOCK TABLE spending_total IN ACCESS EXCLUSIVE MODE');
    const asked = await burst(app.url, manyRequests(50), authorizations);
    await test.scene.roadblock.lift();
    test.expectInTime(asked);
    expect(asked.filter(({ body }) => !body.approved)).toEqual([]);
    await test.untilKept(asked);
  });
});
