import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { createEvent } from '../src/event-factories/create-event.js';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../src/event-handlers/index.js';
import { processingTest } from './harness/processing-test.js';

const insert = (tx: HandlerContext['tx'], eventId: string, attempt: number) =>
  tx.query(`INSERT INTO effect (event_id, handler_id, attempt) VALUES ($1, 'late', $2)`, [eventId, attempt]);

const late = { timeoutMs: 200, attempts: 2, backoff: { baseMs: 1, maxMs: 1 } };

/** Handlers that ignore their signal and go on writing when their time is up. */
@Injectable()
class LateHandlers {
  @OnStripeEvent('payout.paid', { id: 'late.after-a-slow-query', ...late })
  async slowQuery(event: EventOf<'payout.paid'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query('SELECT pg_sleep(0.5)');
    await insert(ctx.tx, event.id, ctx.attempt);
  }

  @OnStripeEvent('payout.created', { id: 'late.nested', ...late })
  async nested(event: EventOf<'payout.created'>, ctx: HandlerContext): Promise<void> {
    await insert(ctx.tx, event.id, ctx.attempt);
    await ctx.tx.transaction(async (inner) => {
      await inner.query('SELECT pg_sleep(0.5)');
      await insert(inner, event.id, ctx.attempt);
    });
  }

  /** Whatever it sends after its ROLLBACK would stay. */
  @OnStripeEvent('payout.failed', { id: 'late.unawaited', attempts: 1 })
  async unawaited(event: EventOf<'payout.failed'>, ctx: HandlerContext): Promise<void> {
    const writeForEver = async () => {
      for (;;) await insert(ctx.tx, event.id, ctx.attempt);
    };
    writeForEver().catch(() => undefined);
    await insert(ctx.tx, event.id, ctx.attempt);
    throw new Error('while it still writes');
  }

  /** Commits whatever an attempt before it may have left open on its connection. */
  @OnStripeEvent('charge.succeeded', { id: 'late.innocent' })
  async innocent(_event: EventOf<'charge.succeeded'>, ctx: HandlerContext): Promise<void> {
    await ctx.tx.query('SELECT 1');
  }
}

@Module({ providers: [LateHandlers] })
class LateModule {}

describe('a handler that writes when its attempt is over', () => {
  const test = processingTest();

  it.each(['payout.paid', 'payout.created'] as const)('leaves nothing behind (%s)', async (type) => {
    const app = await test.start([LateModule]);
    const event = createEvent(type);
    await app.deliver({ event });
    await test.watch.untilFinished([event.id]);
    const innocents = Array.from({ length: 30 }, () => createEvent('charge.succeeded'));
    await Promise.all(innocents.map((innocent) => app.deliver({ event: innocent })));
    await test.watch.untilFinished(innocents.map(({ id }) => id));
    expect(await test.attemptsOf(event.id)).toMatchObject([
      { outcome: 'timed_out' },
      { outcome: 'timed_out' },
    ]);
    expect(await test.effectsOf(event.id)).toBe(0);
  });

  it('leaves nothing behind when it fails and never awaited what it writes', async () => {
    const app = await test.start([LateModule]);
    const event = createEvent('payout.failed');
    await app.deliver({ event });
    expect(await test.watch.untilFinished([event.id])).toMatchObject([{ status: 'dead' }]);
    await app.stop(); // so what was still on its way has arrived
    expect(await test.effectsOf(event.id)).toBe(0);
  });
});
