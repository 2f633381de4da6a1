import { createEvent } from '../../src/event-factories/create-event.js';
import { type Answer, deliver } from './app.js';

export type SentEvent = ReturnType<typeof createEvent<'payment_intent.succeeded'>>;

/** One event that was sent and what came back; no answer when the connection was refused or broke. */
export interface Delivered {
  event: SentEvent;
  answer?: Answer;
  /** From sending to the answer, in milliseconds. */
  ms: number;
}

export const manyEvents = (count: number): SentEvent[] =>
  Array.from({ length: count }, () => createEvent('payment_intent.succeeded'));

/** Events without end, until there are enough. */
export function* eventsUntil(enough: () => boolean): Generator<SentEvent> {
  while (!enough()) yield createEvent('payment_intent.succeeded');
}

/** Sends events over this many connections at once, and tells of each as it is answered. */
export async function deliverAll(
  url: string,
  events: Iterable<SentEvent>,
  { width = 20, onAnswer }: { width?: number; onAnswer?: (delivered: Delivered) => void } = {},
): Promise<Delivered[]> {
  const delivered: Delivered[] = [];
  const rest = sharedIterator(events);
  const sender = async () => {
    for (const event of rest) {
      const sent = performance.now();
      const answer = await deliver(url, { event }).catch(() => undefined);
      const one: Delivered = { event, ms: performance.now() - sent, ...(answer && { answer }) };
      delivered.push(one);
      onAnswer?.(one);
    }
  };
  await Promise.all(Array.from({ length: width }, sender));
  return delivered;
}

/** Each sender takes the next event from it. */
function* sharedIterator<T>(items: Iterable<T>): Generator<T> {
  yield* items;
}

export const statuses = (delivered: readonly Delivered[]): Set<number | undefined> =>
  new Set(delivered.map(({ answer }) => answer?.status));

export const slowest = (delivered: readonly Delivered[]): number =>
  Math.max(...delivered.map(({ ms }) => ms));
