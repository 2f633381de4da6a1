import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Module } from '@nestjs/common';
import {
  type EventOf,
  type HandlerContext,
  OnStripeEvent,
  type OutsideContext,
  PermanentFailure,
  RetryAfter,
  SkipRun,
} from '../../../src/event-handlers/index.js';
import * as models from './handler-models.js';

/** The handlers of the processes under test: see handler-models.ts. Nothing in them keeps an effect from happening twice. */

interface Happened {
  id: string;
  data: { object: object };
}

/** Whatever faults there are, a run goes on until it is through. */
const patient = { attempts: 100_000, backoff: { baseMs: 20, maxMs: 200 } };
const timeoutMs = 2_500;
/** Shorter than the time that a hanging attempt takes. */
const HANG_TIMEOUT_MS = 400;

const EFFECT = `
  INSERT INTO fault_effect (event_id, handler_id, generation, attempt, run_id) VALUES ($1, $2, $3, $4, $5)`;

const leaveEffect = (handler: string, { id }: Happened, ctx: HandlerContext): Promise<unknown> =>
  ctx.tx.query(EFFECT, [id, handler, ctx.generation, ctx.attempt, ctx.runId]);

/** Fails as often as the script says, in each of the ways in which a handler may. */
function failFirst({ failures = 0 }: models.Script, attempt: number): void {
  if (attempt > failures) return;
  if (attempt % 2 === 0) throw new RetryAfter(30, 'The script says: later');
  throw new Error('The script says: again');
}

/** The other side of an effect that is a call. */
async function call(event: Happened, handler: string, ctx: OutsideContext): Promise<void> {
  const response = await fetch(process.env.FAULTS_OUTSIDE_URL ?? '', {
    method: 'POST',
    headers: { 'Idempotency-Key': ctx.requestOptions('call').idempotencyKey ?? '' },
    body: JSON.stringify({ eventId: event.id, handler }),
    signal: ctx.signal,
  });
  if (!response.ok) throw new Error(`The outside answered ${response.status}`);
}

@Injectable()
class FaultHandlers {
  @OnStripeEvent([...models.quickTypes], { id: models.QUICK, ...patient, timeoutMs })
  async quick(event: EventOf<(typeof models.quickTypes)[number]>, ctx: HandlerContext): Promise<void> {
    await leaveEffect(models.QUICK, event, ctx);
  }

  @OnStripeEvent('payment_intent.succeeded', { id: models.SLOW, ...patient, timeoutMs })
  async slow(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    await leaveEffect(models.SLOW, event, ctx);
    await sleep(models.scriptOf(event).ms ?? 0);
  }

  @OnStripeEvent('charge.succeeded', { id: models.FLAKY, ...patient, timeoutMs })
  async flaky(event: EventOf<'charge.succeeded'>, ctx: HandlerContext): Promise<void> {
    await leaveEffect(models.FLAKY, event, ctx);
    failFirst(models.scriptOf(event), ctx.attempt);
  }

  @OnStripeEvent('charge.succeeded', { id: models.DIRECT_ONLY, source: 'direct', ...patient, timeoutMs })
  async directOnly(event: EventOf<'charge.succeeded'>, ctx: HandlerContext): Promise<void> {
    await leaveEffect(models.DIRECT_ONLY, event, ctx);
  }

  @OnStripeEvent('charge.succeeded', { id: models.CONNECT_ONLY, source: 'connect', ...patient, timeoutMs })
  async connectOnly(event: EventOf<'charge.succeeded'>, ctx: HandlerContext): Promise<void> {
    await leaveEffect(models.CONNECT_ONLY, event, ctx);
  }

  @OnStripeEvent('customer.created', { id: models.ENDS, ...patient, timeoutMs })
  async ends(event: EventOf<'customer.created'>, ctx: HandlerContext): Promise<void> {
    await leaveEffect(models.ENDS, event, ctx);
    const { end } = models.scriptOf(event);
    if (end === 'skipped') throw new SkipRun('The script says so');
    if (end === 'dead' || (end === 'dead once' && ctx.generation === 1)) {
      throw new PermanentFailure('The script says so');
    }
  }

  @OnStripeEvent('invoice.paid', { id: models.HANGS, ...patient, timeoutMs: HANG_TIMEOUT_MS })
  async hangs(event: EventOf<'invoice.paid'>, ctx: HandlerContext): Promise<void> {
    if (ctx.attempt <= (models.scriptOf(event).hangs ?? 0)) await sleep(2 * HANG_TIMEOUT_MS);
    await leaveEffect(models.HANGS, event, ctx);
  }

  @OnStripeEvent('invoice.paid', { id: models.TEST_MODE_ONLY, livemode: false, ...patient, timeoutMs })
  async testModeOnly(event: EventOf<'invoice.paid'>, ctx: HandlerContext): Promise<void> {
    await leaveEffect(models.TEST_MODE_ONLY, event, ctx);
  }

  @OnStripeEvent([...models.orderedTypes], { id: models.IN_ORDER, ordering: 'object', ...patient, timeoutMs })
  async inOrder(event: EventOf<(typeof models.orderedTypes)[number]>, ctx: HandlerContext): Promise<void> {
    const script = models.scriptOf(event);
    await leaveEffect(models.IN_ORDER, event, ctx);
    await sleep(script.ms ?? 0);
    failFirst(script, ctx.attempt);
  }

  @OnStripeEvent('transfer.created', { id: models.CALLS, transaction: false, ...patient, timeoutMs })
  async calls(event: EventOf<'transfer.created'>, ctx: OutsideContext): Promise<void> {
    await call(event, models.CALLS, ctx);
    failFirst(models.scriptOf(event), ctx.attempt);
  }

  @OnStripeEvent('customer.subscription.updated', {
    id: models.CALLS_IN_ORDER,
    transaction: false,
    ordering: 'object',
    ...patient,
    timeoutMs,
  })
  async callsInOrder(event: EventOf<'customer.subscription.updated'>, ctx: OutsideContext): Promise<void> {
    await call(event, models.CALLS_IN_ORDER, ctx);
  }
}

@Module({ providers: [FaultHandlers] })
class FaultHandlersModule {}

export const features = [FaultHandlersModule];
