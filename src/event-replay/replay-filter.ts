import type { EventFilter } from '../event-store/event-search.js';

/** A filter as it is asked for and stored: without the accounts of a restricted key. */
export type ReplayFilter = Omit<EventFilter, 'accounts'>;

/** The same in JSON: times are text. */
export type StoredFilter = {
  [Name in keyof ReplayFilter]: ReplayFilter[Name] extends Date | undefined ? string : ReplayFilter[Name];
};

const TIMES = ['createdFrom', 'createdBefore', 'receivedFrom', 'receivedBefore'] as const;

/**
 * The events that a replay goes through: only those received before it was created.
 *
 * @param before - when it was created
 */
export function eventsOf(
  filter: StoredFilter,
  accounts: readonly string[] | null,
  before: Date,
): EventFilter {
  const times = TIMES.flatMap((name) => (filter[name] === undefined ? [] : [[name, new Date(filter[name])]]));
  const asked: ReplayFilter = { ...filter, ...Object.fromEntries(times) };
  const { receivedBefore } = asked;
  return {
    ...asked,
    ...(accounts && { accounts }),
    receivedBefore: receivedBefore && receivedBefore < before ? receivedBefore : before,
  };
}

/** A filter as it is stored and shown. */
export const storedFilter = (filter: ReplayFilter): StoredFilter =>
  JSON.parse(JSON.stringify(filter)) as StoredFilter;

/** Whether it is about runs, and so chooses among those of an event. */
export const choosesRuns = ({ status, handler, fingerprint }: ReplayFilter | StoredFilter): boolean =>
  (status ?? handler ?? fingerprint) !== undefined;
