import { beforeAll, describe, expect, it } from '@jest/globals';
import { createEvent } from '../src/event-factories/create-event.js';
import { deliver } from './harness/app.js';
import type { AppProcess } from './harness/app-process.js';
import { deliverAll, type Delivered, eventsUntil } from './harness/deliveries.js';
import { faultTest } from './harness/fault-test.js';
import { OpenConnection } from './harness/open-connection.js';
import { createStopTable } from './harness/shutdown-handlers.js';

/** What a stop may take: SHUTDOWN_TIMEOUT_MS as set below, the time Bull may take to let go of Redis, a busy machine. */
const LONGEST_STOP_MS = 10_000;

describe('a process that is told to stop', () => {
  const scene = faultTest('harness/shutdown-handlers.ts');
  beforeAll(() => createStopTable(scene.watch));

  const send = async (app: AppProcess, event: { id: string } = createEvent('payment_intent.succeeded')) => {
    expect((await deliver(app.url, { event })).status).toBe(200);
    return event.id;
  };

  /** Starts a process and sends it an event, whose handler then stands at its gate. */
  const appInHandler = async (env?: Record<string, string>) => {
    const app = await scene.start(env);
    await scene.roadblock.hold('inHandler');
    const eventId = await send(app);
    await scene.roadblock.untilWaiting();
    return { app, eventId };
  };

  /** Resolves when the process has begun to stop; `exitCode` when it has ended. */
  const beginStop = async (app: AppProcess) => {
    const exitCode = app.stop('SIGTERM');
    await scene.watch.until('SELECT FROM stop WHERE pid = $1', [app.pid], (rows) => rows.length > 0);
    return { exitCode };
  };

  const isListening = (app: AppProcess) =>
    fetch(`${app.url}/health/live`).then(
      () => true,
      () => false,
    );

  const storedOf = (delivered: Delivered[]) =>
    scene.watch.query('SELECT id FROM stripe_event WHERE id = ANY ($1)', [
      delivered.map(({ event }) => event.id),
    ]);

  const once = { status: 'succeeded', effects: 1, attempts: ['succeeded'] };

  it('finishes the handler in flight, goes on to store events, starts no other run, and exits with 0', async () => {
    const { app, eventId } = await appInHandler();
    const { exitCode } = await beginStop(app);
    const late = await send(app);
    await scene.roadblock.lift();
    expect(await exitCode).toBe(0);
    expect(await scene.handled(eventId)).toEqual(once);
    expect(
      await scene.watch.query('SELECT status, attempts FROM handler_run WHERE event_id = $1', [late]),
    ).toEqual([{ status: 'pending', attempts: 0 }]);
    await scene.start();
    expect(await scene.handled(late)).toEqual(once);
  });

  it('answers every request that got through', async () => {
    const app = await scene.start();
    let answered = 0;
    let refused = false;
    let exitCode: Promise<number | null> | undefined;
    const delivered = await deliverAll(
      app.url,
      eventsUntil(() => refused),
      {
        onAnswer: ({ answer }) => {
          refused ||= !answer;
          if (++answered === 100) exitCode = app.stop('SIGTERM');
        },
      },
    );
    expect(await exitCode).toBe(0);
    const acknowledged = delivered.filter(({ answer }) => answer?.status === 200);
    const unanswered = delivered.filter(({ answer }) => !answer);
    expect(await storedOf(unanswered)).toEqual([]);
    expect(await storedOf(acknowledged)).toHaveLength(acknowledged.length);
    await scene.start();
    expect(await scene.notHandledOnce(acknowledged)).toEqual([]);
  });

  it('ends although a client goes on sending over its open connection', async () => {
    const app = await scene.start({ ROLE: 'api' });
    const client = new OpenConnection(app.url);
    const event = () => createEvent('payment_intent.succeeded');
    await scene.roadblock.lock('LOCK TABLE stripe_event IN EXCLUSIVE MODE');
    const inFlight = client.deliver(event());
    await scene.roadblock.untilWaiting();
    const { exitCode } = await beginStop(app);
    await scene.roadblock.lift();
    expect(await inFlight).toBe(200);

    const latest = performance.now() + LONGEST_STOP_MS;
    let status: number | undefined;
    do status = await client.deliver(event());
    while (status === 200 && performance.now() < latest);
    client.close();
    expect(status).not.toBe(200);
    expect(await exitCode).toBe(0);
  });

  it('offers what it has stored, although the sender has gone and nobody holds it up', async () => {
    const withoutSweeper = { SWEEP_GRACE_MS: '600000' };
    const app = await scene.start({ ROLE: 'api', ...withoutSweeper });
    const client = new OpenConnection(app.url);
    const event = createEvent('payment_intent.succeeded');
    await scene.roadblock.lock('LOCK TABLE stripe_event IN EXCLUSIVE MODE');
    const unanswered = client.deliver(event);
    await scene.roadblock.untilWaiting();
    client.close();
    expect(await unanswered).toBeUndefined();
    const { exitCode } = await beginStop(app);
    while (await isListening(app)); // until nobody can know of the event any more
    await scene.roadblock.lift();
    expect(await exitCode).toBe(0);
    await scene.start(withoutSweeper);
    expect(await scene.handled(event.id)).toEqual(once);
  });

  describe('and has a handler in flight that takes longer than SHUTDOWN_TIMEOUT_MS', () => {
    const env = { SHUTDOWN_TIMEOUT_MS: '1000' };
    const expectAbortedInTime = async (app: AppProcess, eventId: string) => {
      const begun = performance.now();
      expect(await app.stop('SIGTERM')).toBe(0);
      expect(performance.now() - begun).toBeLessThan(LONGEST_STOP_MS);
      await scene.roadblock.lift();
      expect(
        await scene.watch.query('SELECT status, last_error FROM handler_run WHERE event_id = $1', [eventId]),
      ).toEqual([{ status: 'retrying', last_error: 'The worker is stopping' }]);
      await scene.start();
      expect(await scene.handled(eventId)).toEqual({ ...once, attempts: ['failed', 'succeeded'] });
    };

    it('aborts the attempt, and the next worker makes the effect', async () => {
      const app = await scene.start(env);
      const eventId = await send(app, createEvent('payment_intent.payment_failed'));
      const running = `SELECT FROM handler_run WHERE event_id = $1 AND status = 'running'`;
      await scene.watch.until(running, [eventId], (rows) => rows.length > 0);
      await expectAbortedInTime(app, eventId);
    });

    it('aborts the attempt although its statement hangs in Postgres', async () => {
      const { app, eventId } = await appInHandler(env);
      await expectAbortedInTime(app, eventId);
    });
  });

  it('finishes the handler in flight although Redis is away', async () => {
    const { app, eventId } = await appInHandler();
    await scene.servers.redis.stop();
    const { exitCode } = await beginStop(app);
    await scene.roadblock.lift();
    expect(await exitCode).toBe(0);
    expect(await scene.handled(eventId)).toEqual(once);
  });
});
