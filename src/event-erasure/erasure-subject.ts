import type { ErasableEvent } from '../event-store/event-erasure.js';

/** Whose data is to go: a customer (of one connected account), all of a connected account, or one event. */
export interface ErasureSubject {
  customer?: string | undefined;
  account?: string | undefined;
  event?: string | undefined;
}

/** By what events are looked for. */
export interface Target {
  foundBy: 'id' | 'object' | 'account';
  target: string;
}

/** Prefixes of objects that are one customer's own: what names one of them is about the same person. */
export const OWN_OBJECT =
  '^(ba|card|ch|cn|cs|dp|du|ii|in|mandate|pi|pm|py|pyr|qt|re|seti|src|sub|sub_sched)_[A-Za-z0-9_]+$';

const isOwnObject = new RegExp(OWN_OBJECT);

/** Where the search begins. */
export function firstTargets({ customer, account, event }: ErasureSubject): Target[] {
  const id = customer ?? event;
  if (id !== undefined) return [{ foundBy: 'id', target: id }];
  if (account === undefined) return [];
  return [
    { foundBy: 'account', target: account },
    // What the platform itself was told about the account.
    { foundBy: 'object', target: account },
  ];
}

/** A dispute names its charge and not the customer: so what names the customer's objects is looked at, too. */
export function linkedTargets({ customer }: ErasureSubject, events: readonly ErasableEvent[]): Target[] {
  if (customer === undefined) return [];
  const own = events.filter((event) => !namesAnother(customer, event));
  const ids = new Set(own.flatMap(idsOf).filter((id) => isOwnObject.test(id)));
  return [...ids].map((target) => ({ foundBy: 'id', target }));
}

const namesAnother = (customer: string, event: ErasableEvent): boolean =>
  idsOf(event).some((id) => id.startsWith('cus_') && id !== customer);

const idsOf = ({ objectId, relatedIds }: ErasableEvent): string[] =>
  objectId === null ? relatedIds : [objectId, ...relatedIds];
