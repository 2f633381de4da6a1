import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';

const POLL_MS = 250;
/** The sweeper makes up for what was lost on the way within seconds; what takes longer is lost. */
const STALLED_MS = 120_000;

/**
 * At the end of a load, a few requests are left whose answers nobody waited for: there may be more, never fewer.
 *
 * @throws Error when an event was acknowledged and not stored, or has no run
 */
export async function allStored(db: Client, acknowledged: number): Promise<void> {
  const { rows } = await db.query<{ events: number; runs: number }>(
    'SELECT (SELECT count(*)::int FROM stripe_event) AS events, (SELECT count(*)::int FROM handler_run) AS runs',
  );
  const { events = 0, runs = 0 } = rows[0] ?? {};
  if (events < acknowledged || runs !== events) {
    throw new Error(`${acknowledged} events were acknowledged; the store has ${events} and ${runs} runs`);
  }
}

/** The run made last, to tell those that come from those that were. */
export async function lastRun(db: Client): Promise<string> {
  const { rows } = await db.query<{ last: string }>('SELECT coalesce(max(id), 0) AS last FROM handler_run');
  return rows[0]?.last ?? '0';
}

/** Runs that have all succeeded. */
export interface WorkedOff {
  runs: number;
  /** From the start of the first attempt to the commit of the last success. */
  seconds: number;
  /** The same, from the moment the first was stored. */
  sinceStored: number;
}

/**
 * Waits until every run after this one has succeeded.
 *
 * @throws Error when an event was lost: it has no run, its run failed, or nothing goes on any more
 */
export async function workedOff(db: Client, last: string, acknowledged: number): Promise<WorkedOff> {
  let before = -1;
  for (let movedAt = Date.now(); ; await sleep(POLL_MS)) {
    const { rows } = await db.query<WorkedOff & { done: number }>(
      `SELECT count(*)::int AS runs, count(*) FILTER (WHERE status = 'succeeded')::int AS done,
              extract(epoch FROM max(finished_at) - min(started_at))::float8 AS seconds,
              extract(epoch FROM max(finished_at) - min(created_at))::float8 AS "sinceStored"
       FROM handler_run WHERE id > $1`,
      [last],
    );
    const { done = 0, ...found } = rows[0] ?? { runs: 0, seconds: 0, sinceStored: 0 };
    if (found.runs < acknowledged) {
      throw new Error(`${acknowledged} events were acknowledged; ${found.runs} have a run`);
    }
    if (done === found.runs) return found;
    if (done > before) [before, movedAt] = [done, Date.now()];
    if (Date.now() - movedAt > STALLED_MS) {
      throw new Error(`${found.runs - done} of ${found.runs} runs do not succeed`);
    }
  }
}
