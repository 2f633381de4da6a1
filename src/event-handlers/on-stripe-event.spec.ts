import { describe, expect, it } from '@jest/globals';
import type Stripe from 'stripe';
import type { EventOf, EventType, HandlerContext, OutsideContext } from './index.js';
import { OnStripeEvent } from './index.js';
import { snapshotEventTypes, thinEventTypes } from './known-event-types.js';
import { handlerMetadata } from './on-stripe-event.decorator.js';

/** The compiler's part: `npm run types` fails when one of these stops being an error, or good code becomes one. */
class CompileTime {
  @OnStripeEvent('payment_intent.succeeded', { id: 'typed' })
  async typed(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
    const intent: Stripe.PaymentIntent = event.data.object;
    await ctx.tx.query('SELECT $1', [intent.id]);
  }

  @OnStripeEvent(['charge.succeeded', 'charge.failed'], { id: 'several' })
  async several(event: EventOf<'charge.succeeded' | 'charge.failed'>): Promise<void> {
    const charge: Stripe.Charge = event.data.object;
    await Promise.resolve(charge);
  }

  @OnStripeEvent('v2.core.account[requirements].updated', { id: 'thin' })
  async thin(event: EventOf<'v2.core.account[requirements].updated'>): Promise<void> {
    const id: string = event.related_object.id;
    // @ts-expect-error a stored thin event is data: the SDK's fetch methods are not there
    await Promise.resolve([id, event.fetchEvent]);
  }

  @OnStripeEvent('charge.succeeded', { id: 'outside', transaction: false })
  async outside(event: EventOf<'charge.succeeded'>, ctx: OutsideContext): Promise<void> {
    await Promise.resolve([event.id, ctx.requestOptions('refund')]);
  }

  // @ts-expect-error the event name is misspelt
  @OnStripeEvent('payment_intent.suceeded', { id: 'misspelt' })
  async misspelt(): Promise<void> {
    await Promise.resolve();
  }

  // @ts-expect-error the payload is that of another event
  @OnStripeEvent('payment_intent.succeeded', { id: 'other-payload' })
  async otherPayload(event: EventOf<'charge.succeeded'>): Promise<void> {
    await Promise.resolve(event);
  }

  // @ts-expect-error the second event of the list has another payload
  @OnStripeEvent(['charge.succeeded', 'invoice.paid'], { id: 'half' })
  async half(event: EventOf<'charge.succeeded'>): Promise<void> {
    await Promise.resolve(event);
  }

  // @ts-expect-error the method is not async: its failure would be lost
  @OnStripeEvent('charge.succeeded', { id: 'not-async' })
  notAsync(event: EventOf<'charge.succeeded'>): void {
    void event;
  }

  // @ts-expect-error outside a transaction there is no `ctx.tx`
  @OnStripeEvent('charge.succeeded', { id: 'no-tx', transaction: false })
  async noTransaction(_event: EventOf<'charge.succeeded'>, ctx: HandlerContext): Promise<void> {
    await Promise.resolve(ctx);
  }

  // @ts-expect-error an id is required
  @OnStripeEvent('charge.succeeded', {})
  async withoutId(): Promise<void> {
    await Promise.resolve();
  }

  // @ts-expect-error options are checked, too
  @OnStripeEvent('charge.succeeded', { id: 'option', ordering: 'account' })
  async unknownOption(): Promise<void> {
    await Promise.resolve();
  }
}

/** Fails to compile when the generated list misses an event of the SDK. */
type Listed = (typeof snapshotEventTypes)[number] | (typeof thinEventTypes)[number];
const complete: [Exclude<EventType, Listed>] extends [never] ? true : never = true;

describe('@OnStripeEvent', () => {
  it('keeps what the explorer needs', () => {
    expect(handlerMetadata(CompileTime.prototype.several)).toEqual({
      types: ['charge.succeeded', 'charge.failed'],
      options: { id: 'several' },
    });
  });

  it('knows every event of the installed SDK at run time', () => {
    expect(complete).toBe(true);
    expect(snapshotEventTypes).toContain('payment_intent.succeeded');
    expect(thinEventTypes).toContain('v2.core.account[requirements].updated');
  });
});
