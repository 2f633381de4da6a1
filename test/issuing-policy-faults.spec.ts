import { describe, expect, it } from '@jest/globals';
import {
  authorizations,
  beforeDeadline,
  issuingFaultTest,
  requestsOn,
} from './harness/issuing-fault-test.js';
import { badCards } from './harness/issuing-policies.js';
import { type Asked, percentile, steadyLoad } from './harness/steady-load.js';

/** After the time-out of a policy, 500 ms, and well before the time of all policies is up. */
const SOON_MS = 1_000;

describe('while a policy fails', () => {
  const test = issuingFaultTest('harness/issuing-policies.ts');

  const answers = (asked: Asked[]) => new Set(asked.map(({ body }) => body.approved));
  const reasons = async (asked: Asked[]) => {
    const rows = await test.scene.watch.query<{ reason: string }>(
      'SELECT DISTINCT reason FROM issuing_decision WHERE event_id = ANY ($1)',
      [asked.map(({ event }) => event.id)],
    );
    return rows.map(({ reason }) => reason);
  };
  const decided = async (asked: Asked[]) => {
    const inTime = beforeDeadline(asked);
    return [answers(inTime), await reasons(inTime)];
  };

  describe('every authorization is decided in time and kept as it was answered', () => {
    const app = test.startOnce();

    it('one that hangs and may be skipped leaves the decision to the others', async () => {
      const asked = await steadyLoad(app.url, requestsOn(badCards.skipped, 300), {
        ...authorizations,
        perSecond: 100,
      });
      test.expectDecided('policy hangs, skipped', asked);
      await test.untilKept(asked);
      expect(await decided(asked)).toEqual([new Set([true]), ['default']]);
      expect(percentile(asked, 50)).toBeLessThan(SOON_MS + test.allowance(asked));
    });

    it('one that hangs and may not be skipped makes the fallback the answer', async () => {
      const asked = await steadyLoad(app.url, requestsOn(badCards.fallback, 300), {
        ...authorizations,
        perSecond: 100,
      });
      test.expectDecided('policy hangs, fallback', asked);
      await test.untilKept(asked);
      expect(await decided(asked)).toEqual([new Set([false]), ['policy_failed']]);
      expect(percentile(asked, 50)).toBeLessThan(SOON_MS + test.allowance(asked));
    });

    it('one that hangs for longer than there is time makes the fallback the answer', async () => {
      const asked = await steadyLoad(app.url, requestsOn(badCards.endless, 300), {
        ...authorizations,
        perSecond: 100,
      });
      test.expectDecided('policy hangs to the end', asked);
      await test.untilKept(asked);
      expect([answers(asked), await reasons(asked)]).toEqual([new Set([false]), ['deadline']]);
    });

    it('one that blocks the event loop for 300 ms, again and again', async () => {
      const asked = await steadyLoad(app.url, requestsOn(badCards.blocks, 300), {
        ...authorizations,
        perSecond: 100,
      });
      test.expectDecided('policy blocks for 300 ms', asked);
      await test.untilKept(asked);
      expect(Math.max(...asked.map(({ ms }) => ms))).toBeGreaterThan(300);
    });
  });
});
