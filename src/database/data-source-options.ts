import type { PostgresDataSourceOptions } from 'typeorm/driver/postgres/PostgresDataSourceOptions.js';
import { onConnect } from './connection-loss.js';
import { migrations } from '../../migrations/index.js';

/** How Turnpike connects to Postgres through TypeORM; times in milliseconds. */
export function dataSourceOptions(url: string, poolSize: number): PostgresDataSourceOptions {
  return {
    type: 'postgres',
    url,
    poolSize,
    migrations,
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    extra: {
      application_name: 'turnpike',
      connectionTimeoutMillis: 5_000,
      // The server gives up before the client does, so that a slow statement frees its connection.
      statement_timeout: 30_000,
      query_timeout: 35_000,
      keepAlive: true,
      onConnect,
    },
  };
}
