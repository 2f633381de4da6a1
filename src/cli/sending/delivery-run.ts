import { setTimeout as delay } from 'node:timers/promises';
import { AnswerTally } from './answer-tally.js';
import type { Sender } from './sender.js';

/** How deliveries follow one another. */
export interface Pace {
  /** Deliveries that may wait for an answer at once. */
  readonly concurrency: number;
  /** Deliveries started per second; `undefined`: as fast as the answers come. */
  readonly rate?: number | undefined;
}

/**
 * Delivers everything and counts what became of it.
 *
 * @param stop - ends the run early; what is on its way is still awaited
 * @param onOutcome - called after each delivery
 * @param tally - counts them
 */
export async function deliverAll(
  sender: Sender,
  bodies: Iterator<Buffer>,
  { concurrency, rate }: Pace,
  stop: AbortSignal,
  onOutcome: () => void,
  tally: AnswerTally,
): Promise<void> {
  const started = performance.now();
  let launched = 0;
  const worker = async () => {
    while (!stop.aborted && !nobodyListens(tally)) {
      if (rate) await sleepUntil(started + (launched++ / rate) * 1_000, stop);
      if (stop.aborted) return;
      const { value, done } = bodies.next();
      if (done) return;
      tally.add(await sender.deliver(value));
      onOutcome();
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** Whether the first delivery found no server: a server that stops later is a result, not a mistake. */
export const nobodyListens = ({ first }: AnswerTally): boolean =>
  first !== undefined && first.status === undefined && first.reason === 'ECONNREFUSED';

async function sleepUntil(due: number, stop: AbortSignal): Promise<void> {
  const wait = due - performance.now();
  // Being stopped ends the wait, too.
  if (wait > 0) await delay(wait, undefined, { signal: stop }).catch(() => undefined);
}
