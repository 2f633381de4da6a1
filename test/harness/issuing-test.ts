import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { createEvent } from '../../src/event-factories/create-event.js';
import { type Answer, type AppOptions, deliver, TestApp } from './app.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './stack.js';
import { StoreWatch } from './store-watch.js';

export const ISSUING_SECRET = 'whsec_issuing';

export type AuthorizationEvent = ReturnType<typeof createEvent<'issuing_authorization.request'>>;

/** A request to spend on a card. */
export function authorizationRequest(
  amount: number,
  { card = 'ic_1', ...pending }: { card?: string; is_amount_controllable?: boolean; currency?: string } = {},
): AuthorizationEvent {
  return createEvent('issuing_authorization.request', {
    object: { card: { id: card }, pending_request: { amount, ...pending } },
  });
}

/** Asks an application for a decision, as Stripe does. */
export const authorize = (url: string, event: object): Promise<Answer> =>
  deliver(url, { path: '/issuing/authorizations', event, secret: ISSUING_SECRET });

/** The variables that open the Issuing route; the folder is where decisions wait for Postgres. */
export const issuingEnvironment = (dataDir: string, env: Record<string, string> = {}) => ({
  STRIPE_ISSUING_WEBHOOK_SECRETS: ISSUING_SECRET,
  ISSUING_DEFAULT: 'approve',
  DATA_DIR: dataDir,
  ...env,
});

/** An application that decides, with a database and a folder of its own. */
export function issuingTest(features: Type[] = [], env: Record<string, string> = {}) {
  let database: TestDatabase;
  let watch: StoreWatch;
  let app: TestApp;
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-issuing-'));

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    app = await TestApp.start({ ...servers(), features });
  });
  afterAll(async () => {
    await app.stop();
    await watch.close();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const prefix = uniquePrefix();
  const servers = (): Omit<AppOptions, 'features'> => ({
    databaseUrl: database.url,
    redisUrl: redisUrl(),
    prefix,
    env: issuingEnvironment(dataDir, env),
  });

  return {
    get app() {
      return app;
    },
    get watch() {
      return watch;
    },
    servers,
    authorize: (event: object) => authorize(app.url, event),
    ledger: (eventId: string) => watch.query('SELECT * FROM issuing_decision WHERE event_id = $1', [eventId]),
    /** Adds a rule and waits until this application knows it. */
    addRule: async (rule: Record<string, unknown>) => {
      const columns = { name: 'test', livemode: false, scope: 'card', ...rule };
      const names = Object.keys(columns);
      const [row] = await watch.query<{ id: string }>(
        `INSERT INTO spending_rule (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})
         RETURNING id`,
        Object.values(columns),
      );
      const { SpendingRules } = await import('../../src/issuing-authorizations/spending-rules.js');
      await app.nest.get(SpendingRules, { strict: false }).refresh();
      return row?.id ?? '';
    },
  };
}
