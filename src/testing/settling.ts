import { endsWithin } from '../timing/time-limit.js';
import type { EventDelivery } from './event-delivery.js';
import type { StoreWatch } from './store-watch.js';

/** Runs that have not come to their end. */
const OPEN = `handler_run run WHERE run.status IN ('pending', 'running', 'retrying')`;

const ANY_OPEN = `SELECT EXISTS (SELECT FROM ${OPEN}) OR EXISTS (SELECT FROM replay WHERE status = 'running') AS open`;

const DESCRIBE_OPEN = `
  SELECT run.handler_id AS handler, run.event_id AS event, run.status, run.attempts, run.last_error AS error,
         (SELECT type FROM stripe_event WHERE id = run.event_id AND created = run.event_created) AS type,
         EXISTS (SELECT FROM paused_handler paused WHERE paused.handler_id = run.handler_id) AS paused,
         to_char(run.next_attempt_at AT TIME ZONE 'UTC', 'HH24:MI:SS.MS') AS next
  FROM ${OPEN} ORDER BY run.id`;

interface OpenRun {
  handler: string;
  event: string;
  type: string;
  status: 'pending' | 'running' | 'retrying';
  attempts: number;
  error: string | null;
  paused: boolean;
  next: string;
}

/** How many of the runs that hang a message names. */
const MOST_NAMED = 10;

/** Thrown by `settled`; the message names the runs that hang, with their last errors. */
export class NotSettled extends Error {
  override readonly name = 'NotSettled';
}

/**
 * Resolves when all is delivered, every run has come to its end, and no bulk replay makes more of them.
 *
 * @param withinMs - longest wait, in milliseconds
 * @param failure - aborted when nobody works on the runs any more
 * @throws NotSettled, DeliveryRefused, or the reason of `failure`
 */
export async function settle(
  watch: StoreWatch,
  delivery: EventDelivery,
  withinMs: number,
  failure?: AbortSignal,
): Promise<void> {
  const limit = AbortSignal.timeout(withinMs);
  const allOut = delivery.allOut();
  if (await endsWithin(withinMs, allOut)) {
    await allOut;
    const signal = failure ? AbortSignal.any([limit, failure]) : limit;
    await watch
      .until<{ open: boolean }>(ANY_OPEN, [], ([row]) => row?.open === false, signal)
      .catch((error: unknown) => {
        if (error !== limit.reason) throw error;
      });
    if (!limit.aborted) return;
  }
  const held = delivery.heldCount;
  const lines = [...(held > 0 ? [`${held} deliveries are held back`] : []), ...(await whatHangs(watch))];
  if (lines.length === 0) return; // it settled in the last moment
  throw new NotSettled(`Not settled within ${withinMs} ms:${lines.map((line) => `\n  - ${line}`).join('')}`);
}

/** Which runs have not come to their end, and why: a line for each. */
async function whatHangs(watch: StoreWatch): Promise<string[]> {
  const runs = await watch.query<OpenRun>(DESCRIBE_OPEN);
  const named = runs.slice(0, MOST_NAMED).map((run) => {
    const { handler, type, event, error } = run;
    return `${handler} on ${type} ${event} ${stateOf(run)}${error === null ? '' : `: ${error}`}`;
  });
  const more = runs.length - named.length;
  return more > 0 ? [...named, `and ${more} more`] : named;
}

function stateOf({ status, attempts, paused, next }: OpenRun): string {
  if (paused) return 'waits: its handler is paused';
  switch (status) {
    case 'pending':
      return 'waits for its first attempt: does a worker have this handler, and room for it?';
    case 'running':
      return `is in attempt ${attempts}, which has not ended`;
    case 'retrying':
      return `failed in ${attempts} attempt(s), and is tried again at ${next} UTC`;
  }
}
