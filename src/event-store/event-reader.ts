import type { PostgresPool } from '../database/postgres-pool.js';

/** What questions to the store are put to: a {@link PostgresPool} or anything that asks the same way. */
export type EventReader = Pick<PostgresPool, 'query'>;
