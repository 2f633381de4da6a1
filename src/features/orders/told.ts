/**
 * How one event compares with another that tells of the same thing: whether it is the end of it, when Stripe made it
 * (seconds since 1970), and how far along it is within that second. Compared from left to right.
 */
export type Rank = readonly [final: 0 | 1, at: number, progress: number];

/** What an event told. */
export interface Told<T> {
  value: T;
  rank: Rank;
  eventId: string;
}

/**
 * The one of two that counts. It is the same whichever of them came first or came twice, so any number of events come to
 * the same in any order.
 */
export function newest<T>(known: Told<T> | undefined, told: Told<T>): Told<T> {
  return known === undefined || compare(told, known) > 0 ? told : known;
}

/** Stripe's ids say nothing of an order, but with them there always is one. */
function compare(a: Told<unknown>, b: Told<unknown>): number {
  for (const [i, value] of a.rank.entries()) {
    const difference = value - (b.rank[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.eventId < b.eventId ? -1 : 1;
}

/** When Stripe made the event, in seconds since 1970. */
export const toldAt = ({ rank: [, at] }: Told<unknown>): number => at;
