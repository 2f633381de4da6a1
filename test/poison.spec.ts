import { beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { MAX_LOST_ATTEMPTS } from '../src/event-processing/queue-policy.js';
import { deliver } from './harness/app.js';
import type { AppProcess } from './harness/app-process.js';
import { faultTest } from './harness/fault-test.js';
import { createGivenUpTable } from './harness/poison.js';

const INNOCENTS = 4;

describe('an event whose handler kills its process', () => {
  const scene = faultTest('harness/poison.ts');

  const send = async (app: AppProcess, event: { id: string }) => {
    expect((await deliver(app.url, { event })).status).toBe(200);
    return event.id;
  };

  /** Innocent events in the midst of their first attempt. */
  const innocentsIn = (app: AppProcess) =>
    Promise.all(Array.from({ length: INNOCENTS }, () => send(app, createEvent('payment_intent.succeeded'))));

  it('is dead after its last chance, and the events in flight beside it each have one effect', async () => {
    const poison = createEvent('payment_intent.payment_failed');
    const innocents: string[] = [];
    for (let life = 1; life <= MAX_LOST_ATTEMPTS; life++) {
      await scene.roadblock.hold('inHandler');
      await scene.roadblock.hold('poison');
      const app = await scene.start();
      if (life === 1) await send(app, poison);
      innocents.push(...(await innocentsIn(app)));
      await scene.roadblock.untilWaiting(INNOCENTS + 1);
      await scene.roadblock.release('poison');
      expect(await app.ended()).toBe('SIGKILL');
      await scene.roadblock.lift();
      await scene.timePasses();
    }

    const last = await scene.start();
    const lost = Array.from({ length: MAX_LOST_ATTEMPTS }, () => 'lost');
    expect(await scene.handled(poison.id)).toEqual({ status: 'dead', effects: 0, attempts: lost });
    for (const id of innocents) {
      const once = { status: 'succeeded', effects: 1, attempts: ['lost', 'succeeded'] };
      expect(await scene.handled(id)).toEqual(once);
    }
    const next = await send(last, createEvent('payment_intent.succeeded'));
    expect(await scene.handled(next)).toMatchObject({ status: 'succeeded', effects: 1 });
  });

  describe('is told from one whose handler hangs in Postgres beyond its time-out', () => {
    beforeAll(() => createGivenUpTable(scene.watch));

    /** Sends the event and waits until its first attempt hangs and was given up. */
    const givenUp = async () => {
      const app = await scene.start();
      await scene.roadblock.hold('inHandler');
      const eventId = await send(app, createEvent('payment_method.attached'));
      const told = 'SELECT FROM given_up WHERE event_id = $1';
      await scene.watch.until(told, [eventId], (rows) => rows.length > 0);
      return eventId;
    };

    it('by an attempt that has timed out and was not lost', async () => {
      const eventId = await givenUp();
      const attempts = `
        SELECT outcome FROM handler_attempt JOIN handler_run ON run_id = handler_run.id WHERE event_id = $1`;
      const first = await scene.watch.until(attempts, [eventId], (rows) => rows.length > 0);
      expect(first).toEqual([{ outcome: 'timed_out' }]);
    });

    it('and leaves one effect, although the handler goes on writing when it was given up', async () => {
      const eventId = await givenUp();
      await scene.roadblock.lift();
      expect(await scene.handled(eventId)).toMatchObject({ status: 'succeeded', effects: 1 });
    });
  });
});
