import 'reflect-metadata';
import type { EntityManager } from 'typeorm';

/** An event whose payload was overwritten. */
export interface ErasedEvent {
  readonly id: string;
  readonly type: string;
  /** When Stripe made it. */
  readonly created: Date;
  /** The connected account it belongs to; `null` for the platform's own. */
  readonly account: string | null;
  readonly livemode: boolean;
  /** Id of the object that it was about. */
  readonly objectId: string | null;
  /** Ids of other objects that were in its data, as far as they are Stripe's. */
  readonly relatedIds: readonly string[];
}

/** Whose data is to go, or which part of it is being looked after. */
export interface Erasure {
  /** The customer; with `account`, one of this connected account. */
  readonly customer?: string;
  /** Without `customer`: everything about this connected account. */
  readonly account?: string;
  /** The only event that is erased. */
  readonly event?: string;
  /** Up to 100 events that have just been overwritten. Empty in the last call. */
  readonly events: readonly ErasedEvent[];
}

const ON_ERASURE = Symbol('turnpike:on-erasure');

/**
 * Has a method of any provider overwrite what a module keeps of a person. It is called once for each page of erased
 * events, when no run of theirs can write any more, and a last time without events: then for what is found by the
 * customer's or the account's id alone. A call may be repeated after a crash, so it must do no harm twice. When it
 * throws, the erasure waits and tries again: it is never completed without it.
 *
 * @example
 * \@OnErasure()
 * async forget({ events }: Erasure, tx: EntityManager): Promise<void> {
 *   const charges = events.map(({ objectId }) => objectId);
 *   await tx.query(`UPDATE refunded_charge SET email = NULL WHERE charge_id = ANY ($1)`, [charges]);
 * }
 */
export function OnErasure() {
  return <M extends (erasure: Erasure, tx: EntityManager) => Promise<void>>(
    _target: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    Reflect.defineMetadata(ON_ERASURE, true, descriptor.value as object);
  };
}

export const isErasureHook = (method: object): boolean => Reflect.hasMetadata(ON_ERASURE, method);
