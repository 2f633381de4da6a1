import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { placeOf } from './postgres-problem.js';
import { note } from './output.js';

const RETRY_MS = 250;
/** `cannot_connect_now`: the server is starting or stopping. */
const STARTING = '57P03';

/** Waits until Postgres accepts connections; throws its last error when it does not in time. */
export async function waitForPostgres(url: string, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  for (let tries = 0; ; tries += 1) {
    try {
      return await connectOnce(url);
    } catch (error) {
      if (!mayPass(error) || Date.now() >= deadline) throw error;
      if (tries === 0) note(`waiting for ${placeOf(url)} ...`);
    }
    await delay(RETRY_MS);
  }
}

async function connectOnce(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A server that goes away while we leave is not our concern.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether waiting can help: not against a refusal by a server that is up, such as a wrong password. */
function mayPass(error: unknown): boolean {
  const { code, severity } = error as { code?: unknown; severity?: unknown };
  return severity === undefined || code === STARTING;
}
