import 'reflect-metadata';
import type { EntityManager } from 'typeorm';

/** An installation that has ended. */
export interface Uninstallation {
  account: string;
  livemode: boolean;
}

const UNINSTALL_HOOK = Symbol('turnpike:on-app-uninstalled');

/**
 * Makes a method of any provider clean up after an uninstalled app. It is called once for each uninstallation, and
 * what it writes through `tx` commits together with the record of it. Do not call Stripe for this account any more.
 *
 * @example
 * \@OnAppUninstalled()
 * async forget({ account }: Uninstallation, tx: EntityManager): Promise<void> {
 *   await tx.delete(Draft, { account });
 * }
 */
export function OnAppUninstalled() {
  return <M extends (uninstallation: Uninstallation, tx: EntityManager) => Promise<void>>(
    _target: object,
    _name: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    Reflect.defineMetadata(UNINSTALL_HOOK, true, descriptor.value as object);
  };
}

export const isUninstallHook = (method: object): boolean => Reflect.hasMetadata(UNINSTALL_HOOK, method);
