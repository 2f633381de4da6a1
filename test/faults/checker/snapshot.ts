import type { Installation } from '../system/installation.js';

/** What the database holds of a round, once all has come to rest. Times: milliseconds since 1970, with fractions. */
export interface Snapshot {
  events: StoredEvent[];
  runs: StoredRun[];
  attempts: StoredAttempt[];
  effects: StoredEffect[];
  decisions: StoredDecision[];
  replays: StoredReplay[];
}

export interface StoredEvent {
  id: string;
  created: number;
  receivedAt: number;
  source: string;
  account: string | null;
  livemode: boolean;
  type: string;
  objectId: string | null;
  payload: string;
}

export interface StoredRun {
  id: string;
  eventId: string;
  handlerId: string;
  generation: number;
  status: string;
  attempts: number;
  lostAttempts: number;
  orderingKey: string | null;
  replayId: string | null;
  createdAt: number;
  startedAt: number | null;
  finishedAt: number | null;
}

export interface StoredAttempt {
  runId: string;
  attempt: number;
  outcome: string;
  startedAt: number;
  finishedAt: number;
}

/** A row that a handler wrote. */
export interface StoredEffect {
  seq: string;
  eventId: string;
  handlerId: string;
  generation: number;
  attempt: number;
  runId: string;
  at: number;
}

export interface StoredDecision {
  eventId: string;
  approved: boolean;
}

/** A replay of many events. */
export interface StoredReplay {
  id: string;
  status: string;
  createdAt: number;
  finishedAt: number | null;
  matched: number;
  done: number;
  created: number;
  hastened: number;
}

const ms = (column: string, name: string) => `(EXTRACT(epoch FROM ${column}) * 1000)::float8 AS "${name}"`;

const EVENTS = `
  SELECT id, ${ms('created', 'created')}, ${ms('received_at', 'receivedAt')}, source, account, livemode, type,
         object_id AS "objectId", payload
  FROM stripe_event WHERE starts_with(id, $1) ORDER BY id`;

const RUNS = `
  SELECT id, event_id AS "eventId", handler_id AS "handlerId", generation, status, attempts,
         lost_attempts AS "lostAttempts", ordering_key AS "orderingKey", replay_id AS "replayId",
         ${ms('created_at', 'createdAt')}, ${ms('started_at', 'startedAt')}, ${ms('finished_at', 'finishedAt')}
  FROM handler_run WHERE starts_with(event_id, $1) ORDER BY id`;

const ATTEMPTS = `
  SELECT run_id AS "runId", attempt, outcome, ${ms('a.started_at', 'startedAt')}, ${ms('a.finished_at', 'finishedAt')}
  FROM handler_attempt a JOIN handler_run run ON run.id = a.run_id
  WHERE starts_with(run.event_id, $1) ORDER BY run_id, attempt`;

const EFFECTS = `
  SELECT seq, event_id AS "eventId", handler_id AS "handlerId", generation, attempt, run_id AS "runId", ${ms('at', 'at')}
  FROM fault_effect WHERE starts_with(event_id, $1) ORDER BY seq`;

const DECISIONS = `
  SELECT event_id AS "eventId", approved FROM issuing_decision WHERE starts_with(event_id, $1)`;

const REPLAYS = `
  SELECT id, status, ${ms('created_at', 'createdAt')}, ${ms('finished_at', 'finishedAt')},
         events_matched::int AS matched, events_done::int AS done, runs_created::int AS created,
         runs_hastened::int AS hastened
  FROM replay WHERE id = ANY ($1::bigint[])`;

/** @param prefix - with which the ids of the round's events begin */
export async function takeSnapshot(
  stack: Pick<Installation, 'query'>,
  prefix: string,
  replayIds: string[],
): Promise<Snapshot> {
  return {
    events: await stack.query<StoredEvent>(EVENTS, [prefix]),
    runs: await stack.query<StoredRun>(RUNS, [prefix]),
    attempts: await stack.query<StoredAttempt>(ATTEMPTS, [prefix]),
    effects: await stack.query<StoredEffect>(EFFECTS, [prefix]),
    decisions: await stack.query<StoredDecision>(DECISIONS, [prefix]),
    replays: await stack.query<StoredReplay>(REPLAYS, [replayIds]),
  };
}
