import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { createEvent, type EventOptions } from '../../src/event-factories/create-event.js';
import { SpendingRules } from '../../src/issuing-authorizations/spending-rules.js';
import { type Answer, type AppOptions, deliver, TestApp } from './app.js';
import { metricValue } from './inbound-test.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './stack.js';
import { StoreWatch } from './store-watch.js';

export const ISSUING_SECRET = 'whsec_issuing';

export type AuthorizationEvent = ReturnType<typeof createEvent<'issuing_authorization.request'>>;
type RequestOptions = EventOptions<'issuing_authorization.request'>;

/** What a test wants of a request; `more` is for everything that is not listed. */
interface Asked {
  card?: string;
  cardholder?: string;
  /** Another request on an authorization that is there already. */
  authorization?: string;
  is_amount_controllable?: boolean;
  currency?: string;
  amount_details?: { atm_fee: number | null; cashback_amount: number | null };
  livemode?: boolean;
  created?: number;
  more?: RequestOptions['object'];
}

/** A request to spend on a card. */
export function authorizationRequest(amount: number, asked: Asked = {}): AuthorizationEvent {
  const { card = 'ic_1', cardholder, authorization, livemode, created, more, ...pending } = asked;
  return createEvent('issuing_authorization.request', {
    livemode,
    created,
    object: {
      ...more,
      ...(authorization !== undefined && { id: authorization }),
      ...(cardholder !== undefined && { cardholder }),
      card: { id: card },
      pending_request: { amount, ...pending },
    },
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

/** A row of `issuing_decision`, as far as tests look at it. */
export interface LedgerRow {
  event_id: string;
  authorization_id: string | null;
  approved: boolean;
  asked: string | null;
  granted: string;
  held: string;
  reason: string;
  policy: string | null;
  fallback: boolean;
  shadow: object[];
  metadata: Record<string, string> | null;
  outcome: string;
  applied_reason: string | null;
}

/** An application that decides, with a database and a folder of its own. */
export function issuingTest(features: Type[] = [], env: Record<string, string> = {}) {
  let database: TestDatabase;
  let watch: StoreWatch;
  let app: TestApp;
  const others: TestApp[] = [];
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-issuing-'));

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    app = await TestApp.start({ ...servers(), features });
  });
  afterAll(async () => {
    await Promise.all([app, ...others].map((one) => one.stop()));
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
    /** Another instance on the same database; ends with the test file. */
    startAnother: async (more: Pick<AppOptions, 'features' | 'env'> = {}): Promise<TestApp> => {
      const { env: base, ...rest } = servers();
      const another = await TestApp.start({ ...rest, features, ...more, env: { ...base, ...more.env } });
      others.push(another);
      return another;
    },
    ledger: (eventId: string) =>
      watch.query<LedgerRow>('SELECT * FROM issuing_decision WHERE event_id = $1', [eventId]),
    /** The present sum of the series with these labels. */
    metric: async (name: string, labels: Record<string, string> = {}) =>
      metricValue(await app.metrics(), name, labels),
    /** Adds a rule and waits until this application knows it. */
    addRule: async (rule: Record<string, unknown>) => {
      const columns = { name: 'test', livemode: false, scope: 'card', ...rule };
      const names = Object.keys(columns);
      const [row] = await watch.query<{ id: string }>(
        `INSERT INTO spending_rule (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})
         RETURNING id`,
        Object.values(columns),
      );
      await app.nest.get(SpendingRules, { strict: false }).refresh();
      return row?.id ?? '';
    },
    /** What has been taken from the totals of a rule. */
    totals: (ruleId: string) =>
      watch.query<{ scope_key: string; amount: string; count: number }>(
        'SELECT scope_key, amount, count FROM spending_total WHERE rule_id = $1 ORDER BY scope_key',
        [ruleId],
      ),
  };
}
