import type { Outside } from './outside.js';
import type { SigningKeys } from './signing-keys.js';

export const ADMIN_KEY = 'faults'.repeat(7);

/** Where the handlers leave their effects. */
export const EFFECT_TABLE = `
  CREATE TABLE fault_effect (
    seq bigint GENERATED ALWAYS AS IDENTITY, event_id text, handler_id text, generation int, attempt int, run_id bigint,
    at timestamptz DEFAULT clock_timestamp())`;

/** Variables of an application under test that starts now. */
export const appEnvironment = ({ keys, outside }: { keys: SigningKeys; outside: Outside }) => ({
  LOG_LEVEL: 'info',
  PROCESS_MODE: 'test',
  ADMIN_BOOTSTRAP_KEY: ADMIN_KEY,
  FAULTS_OUTSIDE_URL: outside.url,
  WORKER_CONCURRENCY: '12',
  INGEST_TIMEOUT_MS: '2000',
  SHUTDOWN_TIMEOUT_MS: '5000',
  ISSUING_DEFAULT: 'approve',
  ...keys.environment(),
});
