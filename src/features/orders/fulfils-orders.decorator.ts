import { Injectable, SetMetadata } from '@nestjs/common';
import type Stripe from 'stripe';
import type { EntityManager } from 'typeorm';
import type { Order } from './order.entity.js';

/** What a hook has besides the order. */
export interface FulfilmentContext {
  /** Writes made through this commit together with the order's being fulfilled or reversed, or not at all. */
  readonly tx: EntityManager;
  /** Aborted when the attempt has used up its time or the worker must stop; hand it to what can be cancelled. */
  readonly signal: AbortSignal;

  /**
   * Account and idempotency key for a Stripe call. The key is that of the order and the step, so the call stays the same
   * call however often it is retried and whichever event leads to it.
   *
   * @param step - names this call within the hook; each call needs its own
   * @example await stripe.transfers.create(transfer, ctx.requestOptions('pay-seller'));
   */
  requestOptions(step: string): Stripe.RequestOptions;
}

/** What becomes of paid orders: a provider of this shape with {@link FulfilsOrders}. */
export interface OrderFulfilment {
  /**
   * Is called once for each order that is paid and whose money is still there. What it throws is as with any handler:
   * nothing was written, and the run is retried, skipped or dead; see docs/extending.md.
   */
  fulfil(order: Order, ctx: FulfilmentContext): Promise<void>;

  /**
   * Is called once for each order that it has fulfilled and whose money has all gone back, or was lost in a dispute.
   * Without this method such orders stay listed as `reversal_due`.
   */
  reverse?(order: Order, ctx: FulfilmentContext): Promise<void>;
}

export interface FulfilmentOptions {
  /** Kept with every order that it fulfils, so it must not change: `tickets`. */
  id: string;
}

export const FULFILMENT = 'turnpike:order-fulfilment';

/**
 * Makes a provider of any module the one that fulfils orders. There can be one; the boot refuses a second.
 *
 * @example
 * \@FulfilsOrders({ id: 'tickets' })
 * export class TicketOffice implements OrderFulfilment {
 *   async fulfil({ id, reference }: Order, { tx }: FulfilmentContext): Promise<void> {
 *     await tx.insert(Ticket, { order: id, seat: reference });
 *   }
 * }
 */
export const FulfilsOrders = (options: FulfilmentOptions): ClassDecorator => {
  const injectable = Injectable();
  const metadata = SetMetadata(FULFILMENT, options);
  return (target) => {
    injectable(target);
    metadata(target);
  };
};
