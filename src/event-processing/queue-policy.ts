import type { QueueOptions } from 'bull';
import type { HandlerOptions } from '../event-handlers/index.js';

/** Queue names, job contents and retry policy: all in one place. */

/** Runs in the ordinary course. */
export const RUN_QUEUE = 'runs';

/**
 * Runs whose last worker died. They go one at a time in each worker, so that a poison event that kills its process
 * takes no innocent neighbour with it twice.
 */
export const ISOLATED_RUN_QUEUE = 'isolated-runs';

/** Runs of bulk replays: they have few slots of their own, so that live runs never wait behind them. */
export const REPLAYED_RUN_QUEUE = 'replayed-runs';

/** The steps of bulk replays. */
export const REPLAY_QUEUE = 'replays';

/** A job only says which run may be due, and which attempt it would be: Postgres has the rest. */
export interface RunJob {
  runId: string;
  handlerId: string;
  /** Attempts made when the job was added; a job for an attempt that was made already does nothing. */
  attempts: number;
}

/** A job only says which step of which replay may be due. */
export interface ReplayJob {
  replayId: string;
  step: string;
}

/** How many replayed runs one worker executes at once. */
export const replayedConcurrency = (workerConcurrency: number): number =>
  Math.max(1, Math.floor(workerConcurrency / 4));

/** A run that was lost this often with its worker is taken for poison and is dead. */
export const MAX_LOST_ATTEMPTS = 3;

/** Beyond a handler's own time-out: time for the rollback before another worker may take the run. */
export const LEASE_MARGIN_MS = 10_000;

/** Bull's own bookkeeping. Finished jobs leave Redis at once: what happened is in Postgres. */
export const queueOptions: Pick<QueueOptions, 'defaultJobOptions' | 'settings'> = {
  defaultJobOptions: { attempts: 1, removeOnComplete: true, removeOnFail: true },
  // A job of a dead worker is offered again soon. That is harmless: the run's lease decides who works on it.
  settings: { lockDuration: 10_000, stalledInterval: 5_000, maxStalledCount: 1_000 },
};

/**
 * The wait before the next attempt, in milliseconds: doubling, with half of it left to chance so that runs which
 * failed together do not come back together.
 *
 * @param attempts - attempts made so far, at least 1
 * @param random - a number from 0 up to 1
 */
export function backoffDelay(
  { baseMs, maxMs }: NonNullable<HandlerOptions['backoff']>,
  attempts: number,
  random = Math.random(),
): number {
  const full = Math.min(maxMs, baseMs * 2 ** Math.min(attempts - 1, 40));
  return Math.round(full / 2 + (full / 2) * random);
}
