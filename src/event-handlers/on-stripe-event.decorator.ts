import 'reflect-metadata';
import type { EventOf, EventType } from './event-types.js';
import type { HandlerContext, OutsideContext } from './handler-context.js';
import type { HandlerOptions } from './handler-options.js';

/** What the decorator writes and the explorer reads. */
export interface HandlerMetadata {
  types: readonly EventType[];
  options: HandlerOptions;
}

const METADATA = Symbol('turnpike:on-stripe-event');

type ContextFor<O extends HandlerOptions> = O extends { transaction: false }
  ? OutsideContext
  : HandlerContext;

/**
 * Makes a method of any provider the handler of one or more Stripe events.
 *
 * The compiler refuses a misspelt event name, a payload of another event, and a method that is not async.
 * The boot refuses a duplicate id.
 *
 * @example
 * \@OnStripeEvent('payment_intent.succeeded', { id: 'orders.fulfil' })
 * async fulfil(event: EventOf<'payment_intent.succeeded'>, ctx: HandlerContext): Promise<void> {
 *   await this.orders.fulfil(event.data.object, ctx.tx);
 * }
 */
export function OnStripeEvent<const T extends EventType, const O extends HandlerOptions>(
  type: T | readonly T[],
  options: O,
) {
  return <M extends (event: EventOf<T>, ctx: ContextFor<O>) => Promise<void>>(
    _target: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    const types = Array.isArray(type) ? (type as readonly T[]) : [type as T];
    Reflect.defineMetadata(
      METADATA,
      { types, options } satisfies HandlerMetadata,
      descriptor.value as object,
    );
  };
}

/** The only reader of what {@link OnStripeEvent} wrote. */
export const handlerMetadata = (method: object): HandlerMetadata | undefined =>
  Reflect.getMetadata(METADATA, method) as HandlerMetadata | undefined;
