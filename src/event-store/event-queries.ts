import type { PostgresPool } from '../database/postgres-pool.js';

/** What questions to the store are put to: a {@link PostgresPool} or anything that asks the same way. */
export type EventReader = Pick<PostgresPool, 'query'>;

/** Every status a run can have. */
export const runStatuses = ['pending', 'running', 'succeeded', 'retrying', 'dead', 'skipped'] as const;

/** The status of a run. */
export type RunStatus = (typeof runStatuses)[number];
