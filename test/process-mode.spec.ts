import { describe, expect, it } from '@jest/globals';
import { inboundTest } from './harness/inbound-test.js';
import { paymentFor, routes } from './harness/routes.js';

describe.each([
  { mode: 'live', handled: [true], reason: 'Test events are not handled here (PROCESS_MODE=live)' },
  { mode: 'test', handled: [false], reason: 'Live events are not handled here (PROCESS_MODE=test)' },
  { mode: 'both', handled: [true, false], reason: null },
])('with PROCESS_MODE=$mode', ({ mode, handled, reason }) => {
  const test = inboundTest({ env: { PROCESS_MODE: mode } });

  it.each(routes.flatMap((route) => [true, false].map((livemode) => ({ ...route, livemode }))))(
    'an event with livemode $livemode on $path is stored, and handled only if it should be',
    async ({ livemode, ...route }) => {
      const { path, secret, source } = route;
      const event = paymentFor(route, { livemode });
      for (const _delivery of ['new', 'seen']) {
        const answer = await test.app.deliver({ path, secret, event });
        expect({ status: answer.status, body: answer.body }).toEqual({
          status: 200,
          body: { received: true },
        });
      }
      expect(await test.stored(event.id)).toMatchObject([{ livemode, source }]);
      await test.watch.untilFinished([event.id]);
      const runs = await test.watch.query(
        `SELECT status, attempts, last_error, finished_at IS NOT NULL AS finished FROM handler_run WHERE event_id = $1`,
        [event.id],
      );
      expect(runs).toEqual([
        handled.includes(livemode)
          ? { status: 'succeeded', attempts: 1, last_error: null, finished: true }
          : { status: 'skipped', attempts: 0, last_error: reason, finished: true },
      ]);
      expect(await test.effects(event.id)).toHaveLength(handled.includes(livemode) ? 1 : 0);
    },
  );
});
