import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, type Type } from '@nestjs/common';
import { createEvent } from '../src/event-factories/create-event.js';
import { BeforeRun, RetryAfter, SkipRun, type UpcomingRun } from '../src/event-handlers/index.js';
import { CONNECT_SECRET } from './harness/app.js';
import { leaveEffect, processingTest } from './harness/processing-test.js';
import { Gate, scripted } from './harness/scripted-handlers.js';

/** A module that is asked before every attempt. */
function guarded(check: (run: UpcomingRun) => Promise<void>): Type {
  @Injectable()
  class Guard {
    @BeforeRun()
    async check(run: UpcomingRun): Promise<void> {
      await check(run);
    }
  }
  @Module({ providers: [Guard] })
  class GuardModule {}
  return GuardModule;
}

describe('a run that is skipped', () => {
  const test = processingTest();
  const runOf = (eventId: string, handlerId: string) =>
    test.watch.query<{ status: string; attempts: number; last_error: string | null }>(
      `SELECT status, attempts, last_error FROM handler_run WHERE event_id = $1 AND handler_id = $2`,
      [eventId, handlerId],
    );

  it('by its handler ends with the reason, and leaves no effect', async () => {
    const app = await test.start([
      scripted({ id: 'skips' }, async (event, ctx) => {
        await leaveEffect(event, ctx);
        throw new SkipRun('nothing to do\0 any more');
      }),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    await test.watch.untilFinished([event.id]);
    const reason = 'nothing to do any more';
    expect(await runOf(event.id, 'skips')).toEqual([{ status: 'skipped', attempts: 1, last_error: reason }]);
    expect(await test.attemptsOf(event.id)).toEqual([{ attempt: 1, outcome: 'skipped', error: reason }]);
    expect(await test.effectsOf(event.id)).toBe(0);
    await app.metricsWith('turnpike_runs_finished_total{handler="skips",status="skipped"} 1');
  });

  it('by a guard never reaches its handler, while other handlers of the event go on', async () => {
    const seen: UpcomingRun[] = [];
    const refused: string[] = [];
    const app = await test.start([
      scripted({ id: 'acts' }, async () => void refused.push('reached')),
      scripted({ id: 'keeps-records', actsForAccount: false }, leaveEffectOnly),
      guarded(async (run) => {
        seen.push(run);
        if (run.actsForAccount) throw new SkipRun('closed');
      }),
    ]);
    const event = createEvent('payment_intent.succeeded', {
      account: 'acct_guarded',
      created: 1_700_000_000,
    });
    await app.deliver({ event, path: '/connect-webhook', secret: CONNECT_SECRET });
    await test.watch.untilFinished([event.id]);
    expect(await runOf(event.id, 'acts')).toMatchObject([{ status: 'skipped', last_error: 'closed' }]);
    expect(await runOf(event.id, 'keeps-records')).toMatchObject([{ status: 'succeeded' }]);
    expect(refused).toEqual([]);
    expect(await test.effectsOf(event.id)).toBe(1);
    expect(seen.find(({ handlerId }) => handlerId === 'acts')).toEqual({
      runId: expect.any(String),
      attempt: 1,
      generation: 1,
      handlerId: 'acts',
      actsForAccount: true,
      eventId: event.id,
      eventType: 'payment_intent.succeeded',
      account: 'acct_guarded',
      livemode: false,
      created: new Date(1_700_000_000_000),
    });
  });

  it('lets the next one of its object go', async () => {
    const [atWork, goOn] = [new Gate(), new Gate()];
    const inOrder = scripted({ id: 'in-order', ordering: 'object', concurrency: 2 }, async (event, ctx) => {
      if (event.created > 1_700_000_000) return void (await leaveEffect(event, ctx));
      atWork.open();
      await goOn.opened;
      throw new SkipRun('too old');
    });
    // No sweeper helps: it would take the younger one up in ten minutes.
    const app = await test.start([inOrder], { SWEEP_GRACE_MS: '600000', WORKER_CONCURRENCY: '2' });
    const object = { id: 'pi_in_order' };
    const older = createEvent('payment_intent.succeeded', { object, created: 1_700_000_000 });
    const younger = createEvent('payment_intent.succeeded', { object, created: 1_700_000_001 });
    await app.deliver({ event: older });
    await atWork.opened;
    await app.deliver({ event: younger });
    // One job at a time gets past the older one: when this one is done, the younger one was turned away.
    const other = createEvent('payment_intent.succeeded');
    await app.deliver({ event: other });
    await test.watch.untilFinished([other.id]);
    goOn.open();
    const runs = await test.watch.untilFinished([older.id, younger.id]);
    expect(runs.find(({ event_id }) => event_id === older.id)?.status).toBe('skipped');
    expect(await test.effectsOf(younger.id)).toBe(1);
  });

  it('is not one whose guard failed or put it off: that is tried again', async () => {
    let asked = 0;
    const app = await test.start([
      scripted({ id: 'patient', backoff: { baseMs: 5, maxMs: 10 } }, leaveEffectOnly),
      guarded(async () => {
        asked++;
        if (asked === 1) throw new Error('the guard has no database');
        if (asked === 2) throw new RetryAfter(5, 'not yet');
      }),
    ]);
    const event = createEvent('payment_intent.succeeded');
    await app.deliver({ event });
    expect(await test.watch.untilFinished([event.id])).toMatchObject([{ status: 'succeeded' }]);
    expect(await test.attemptsOf(event.id)).toEqual([
      { attempt: 1, outcome: 'failed', error: 'the guard has no database' },
      { attempt: 2, outcome: 'failed', error: 'not yet' },
      { attempt: 3, outcome: 'succeeded', error: null },
    ]);
    expect(await test.effectsOf(event.id)).toBe(1);
  });
});

const leaveEffectOnly = async (...[event, ctx]: Parameters<typeof leaveEffect>): Promise<void> => {
  await leaveEffect(event, ctx);
};
