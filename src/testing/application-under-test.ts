import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Chaos } from './chaos.js';
import { EventDelivery } from './event-delivery.js';
import type { HarnessOptions } from './harness-options.js';
import type { Surroundings } from './surroundings.js';
import { TestApp, testEnvironment } from './test-app.js';
import { WorkerRelay } from './worker-relay.js';

/** What a harness has running. */
export interface ApplicationUnderTest {
  readonly app: TestApp;
  readonly delivery: EventDelivery;
  /** A key that may do anything. */
  readonly adminKey: string;
  /** Where the handlers run, when not in `app`. */
  readonly workers: WorkerRelay | undefined;
}

/** Starts the application; it ends with its surroundings. */
export async function startApplication(
  surroundings: Surroundings,
  chaos: Chaos,
  options: HarnessOptions,
): Promise<ApplicationUnderTest> {
  const { databaseUrl, redisUrl, prefix } = surroundings;
  const servers = { databaseUrl, redisUrl, prefix };
  const env = ownVariables(surroundings, options.env);
  const variables = testEnvironment({ ...servers, env });
  // Both take their time, on a processor each.
  const starting = startWorkers(surroundings, variables, options);
  const role = options.chaos?.crashAfter === undefined ? 'all' : 'api';
  const app = await TestApp.start({ ...servers, features: options.modules, env: { ROLE: role, ...env } });
  surroundings.atEnd(() => app.stop());
  const workers = await starting;
  const delivery = new EventDelivery(app.url, secretsOf(variables), chaos);
  surroundings.atEnd(() => delivery.stop());
  return { app, delivery, workers, adminKey: env.ADMIN_BOOTSTRAP_KEY };
}

/** With `crashAfter`, handlers run in another process. */
function startWorkers(
  { watch, atEnd }: Surroundings,
  variables: Record<string, string>,
  { modules, modulesFrom, chaos: { crashAfter } = {} }: HarnessOptions,
): Promise<WorkerRelay | undefined> {
  if (crashAfter === undefined) return Promise.resolve(undefined);
  const names = modules.map(({ name }) => name);
  const task = { modules: names, crashAfter, ...(modulesFrom && { from: pathOf(modulesFrom) }) };
  const starting = WorkerRelay.start(task, variables, watch);
  const started = starting.catch(() => undefined); // whoever waits for it is told
  atEnd(async () => (await started)?.stop());
  return starting;
}

/** What this harness has for itself, and what the test says. No test reaches Stripe, or writes where people keep data. */
const ownVariables = ({ stripe, dataDir }: Surroundings, env: Record<string, string> = {}) => ({
  ADMIN_BOOTSTRAP_KEY: randomBytes(20).toString('hex'),
  DATA_DIR: dataDir,
  STRIPE_API_BASE: stripe.url,
  STRIPE_SECRET_KEY: 'sk_test_harness',
  ...env,
});

const newest = (list: string | undefined) => list?.split(',')[0]?.trim() ?? '';

const secretsOf = (variables: Record<string, string>) => ({
  direct: newest(variables.STRIPE_DIRECT_WEBHOOK_SECRETS),
  connect: newest(variables.STRIPE_CONNECT_WEBHOOK_SECRETS),
});

const pathOf = (file: string | URL): string =>
  file instanceof URL || file.startsWith('file:') ? fileURLToPath(file) : path.resolve(file);
