import { describe, expect, it } from '@jest/globals';
import Queue from 'bull';
import { createEvent } from '../src/event-factories/create-event.js';
import { RUN_QUEUE } from '../src/event-processing/queue-policy.js';
import { deliver } from './harness/app.js';
import { faultTest } from './harness/fault-test.js';
import type { Gate } from './harness/roadblock.js';

/** Bull gives a dead worker's job to another one after one or two checks for stalled jobs, 5 s apart. */
const STALLED_JOB_MS = 60_000;

describe('a worker', () => {
  const scene = faultTest('harness/gated-effects.ts');

  /** Starts a worker, sends it an event and waits until it stands at the gate. */
  const workerAt = async (gate: Gate) => {
    const event = createEvent('payment_intent.succeeded');
    const worker = await scene.start();
    await scene.roadblock.hold(gate);
    expect((await deliver(worker.url, { event })).status).toBe(200);
    await scene.roadblock.untilWaiting();
    return { worker, eventId: event.id };
  };

  /** What becomes of the event once another worker is there. */
  const finishedByAnother = async (eventId: string) => {
    await scene.roadblock.lift();
    await scene.timePasses();
    await scene.start();
    return scene.handled(eventId);
  };

  it(
    'killed before the claim leaves the run to the next one, which makes its effect once',
    async () => {
      const { worker, eventId } = await workerAt('beforeClaim');
      await worker.stop('SIGKILL');
      expect(await finishedByAnother(eventId)).toEqual({
        status: 'succeeded',
        effects: 1,
        attempts: ['succeeded'],
      });
    },
    STALLED_JOB_MS,
  );

  const retried = { status: 'succeeded', effects: 1, attempts: ['lost', 'succeeded'] };

  it('killed after the claim, before the handler, has its run retried with one effect', async () => {
    const { worker, eventId } = await workerAt('afterClaim');
    await worker.stop('SIGKILL');
    expect(await finishedByAnother(eventId)).toEqual(retried);
  });

  it('killed in the handler has its run retried with one effect', async () => {
    const { worker, eventId } = await workerAt('inHandler');
    await worker.stop('SIGKILL');
    expect(await finishedByAnother(eventId)).toEqual(retried);
  });

  it('killed after the effect and before the commit leaves no effect behind: the retry makes the only one', async () => {
    const { worker, eventId } = await workerAt('inHandler');
    await scene.roadblock.lockRun(eventId);
    await scene.roadblock.release('inHandler');
    await scene.roadblock.untilWaiting(); // the effect is made; the run's success waits for the locked row
    await worker.stop('SIGKILL');
    expect(await finishedByAnother(eventId)).toEqual(retried);
  });

  it(
    'frozen in the handler until another one has taken over leaves nothing when it goes on',
    async () => {
      const { worker, eventId } = await workerAt('inHandler');
      worker.freeze();
      await scene.timePasses();
      await scene.start(); // Redis may first give the job to the frozen one, which waits in line
      expect(await scene.handled(eventId)).toEqual(retried);
      worker.thaw();
      await scene.roadblock.lift();
      expect(await worker.stop('SIGTERM')).toBe(0); // and so has come to the end of its attempt
      expect(await scene.handled(eventId)).toEqual(retried);
    },
    STALLED_JOB_MS,
  );

  it(
    "killed after the commit and before Bull's acknowledgement has its job delivered again to no effect",
    async () => {
      const { worker, eventId } = await workerAt('inHandler');
      scene.servers.redis.freeze();
      await scene.roadblock.lift();
      const succeeded = { status: 'succeeded', effects: 1, attempts: ['succeeded'] };
      expect(await scene.handled(eventId)).toEqual(succeeded);
      await worker.stop('SIGKILL');
      // A thawed Redis would read the acknowledgement that waits in its socket.
      await scene.servers.redis.kill();
      await scene.servers.redis.start();

      const [run] = await scene.watch.query<{ id: string }>(
        'SELECT id FROM handler_run WHERE event_id = $1',
        [eventId],
      );
      const jobId = `${run?.id}-0`;
      const queue = new Queue(RUN_QUEUE, scene.servers.redisUrl, { prefix: scene.prefix });
      try {
        expect(await (await queue.getJob(jobId))?.isActive()).toBe(true);
        const acknowledged = new Promise<void>((resolve) => {
          queue.on('global:completed', (id) => id === jobId && resolve());
        });
        await scene.timePasses();
        await scene.start();
        await acknowledged;
      } finally {
        await queue.close();
      }
      expect(await scene.handled(eventId)).toEqual(succeeded);
    },
    STALLED_JOB_MS,
  );
});
