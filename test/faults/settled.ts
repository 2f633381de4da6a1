import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from './system/installation.js';

interface Rest {
  /** With which the ids of the round's events begin. */
  prefix: string;
  replayIds: string[];
  /** Authorization requests that were answered: their decisions may still be on disk. */
  decisions: string[];
  limitMs: number;
}

const LOOK_EVERY_MS = 100;

/** What still goes on: runs and replays that are open, transactions, and decisions on their way into the ledger. */
const OPEN = `
  SELECT (SELECT count(*) FROM handler_run
          WHERE status IN ('pending', 'running', 'retrying') AND starts_with(event_id, $1))
       + (SELECT count(*) FROM replay WHERE id = ANY ($2::bigint[]) AND status NOT IN ('completed', 'cancelled'))
       + (SELECT count(*) FROM pg_stat_activity
          WHERE application_name LIKE 'turnpike%' AND state LIKE 'idle in transaction%')
       + (SELECT count(*) FROM unnest($3::text[]) AS answered (id)
          WHERE NOT EXISTS (SELECT FROM issuing_decision WHERE event_id = answered.id)
             OR NOT EXISTS (SELECT FROM stripe_event WHERE stripe_event.id = answered.id)) AS open`;

/** Waits until nothing goes on any more; after the limit, the checker sees what is left. */
export async function settled(
  stack: Pick<Installation, 'query'>,
  { prefix, replayIds, decisions, limitMs }: Rest,
): Promise<void> {
  for (const ends = Date.now() + limitMs; Date.now() < ends; await sleep(LOOK_EVERY_MS)) {
    const [row] = await stack.query<{ open: string }>(OPEN, [prefix, replayIds, decisions]);
    if (row?.open === '0') return;
  }
}
