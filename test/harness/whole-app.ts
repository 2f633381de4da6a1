import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { signedRequest } from '../../src/event-factories/signed-request.js';
import { ADMIN_KEY } from './admin-test.js';
import { type AppOptions, DIRECT_SECRET, TestApp } from './app.js';
import { APP_SECRET, identity } from './app-backend-test.js';
import { ISSUING_SECRET } from './issuing-test.js';
import { type RawAnswer, RawConnection, requestHead } from './raw-request.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './stack.js';
import { StoreWatch } from './store-watch.js';

type Line = readonly [name: string, value: string];

/** One way in for each kind of caller, with a request of that caller that is in order. */
export interface Door {
  name: string;
  path: string;
  /** Makes whatever body it is given a genuine request of this caller. */
  headers: (body: Buffer) => Record<string, string>;
}

const signedBy = (secret: string) => (body: Buffer) => signedRequest({ body, secret }).headers;

/** The doors, by who holds the key. */
export const doors: readonly Door[] = [
  { name: 'the webhook', path: '/webhook', headers: signedBy(DIRECT_SECRET) },
  { name: 'the Issuing route', path: '/issuing/authorizations', headers: signedBy(ISSUING_SECRET) },
  { name: 'an app route', path: '/app/customers', headers: signedBy(APP_SECRET) },
  {
    name: 'an admin route',
    path: '/admin/keys',
    headers: () => ({ 'Content-Type': 'application/json', Authorization: `Bearer ${ADMIN_KEY}` }),
  },
];

/** An application with every module, and connections to it that no HTTP library would make. */
export function wholeApp(env: Record<string, string> = {}) {
  let database: TestDatabase;
  let watch: StoreWatch;
  let app: TestApp;
  const open: RawConnection[] = [];
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'turnpike-whole-'));
  const prefix = uniquePrefix();

  const options = (): AppOptions => ({
    databaseUrl: database.url,
    redisUrl: redisUrl(),
    prefix,
    env: {
      ADMIN_BOOTSTRAP_KEY: ADMIN_KEY,
      APP_REQUESTS_PER_MINUTE: '100000',
      DATA_DIR: dataDir,
      STRIPE_APP_SECRETS: APP_SECRET,
      STRIPE_ISSUING_WEBHOOK_SECRETS: ISSUING_SECRET,
      ...env,
    },
  });

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    await watch.query(`INSERT INTO app_installation VALUES ($1, false, true, 'ca_1', now())`, [
      identity.account_id,
    ]);
    app = await TestApp.start(options());
  });
  afterEach(() => {
    for (const connection of open.splice(0)) connection.close();
  });
  afterAll(async () => {
    await app.stop();
    await watch.close();
    await database.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const connect = async (): Promise<RawConnection> => {
    const connection = await RawConnection.open(app.url);
    open.push(connection);
    return connection;
  };
  const isStored = async (id: string) =>
    (await watch.query('SELECT 1 FROM stripe_event WHERE id = $1', [id])).length > 0;

  return {
    get app() {
      return app;
    },
    get watch() {
      return watch;
    },
    options,
    /** A new connection; it ends with the test. */
    connect,
    /** The first answer to these bytes on a connection of their own. */
    async send(...parts: (string | Uint8Array)[]): Promise<RawAnswer> {
      const connection = await connect();
      await connection.write(...parts);
      return connection.answer();
    },
    isStored,
    /** Adds an admin key and returns it. @param scope - or `restricted`: may do anything, for one account alone */
    async addKey(scope: string): Promise<string> {
      const key = `tpk_${randomUUID()}`;
      const restricted = scope === 'restricted';
      await watch.query('INSERT INTO admin_key (name, hash, scope, accounts) VALUES ($1, $2, $3, $4)', [
        `test ${scope}`,
        createHash('sha256').update(key).digest('hex'),
        restricted ? 'admin' : scope,
        restricted ? ['acct_restricted'] : null,
      ]);
      return key;
    },
    /** A stranger's trouble is nobody else's: an event of Stripe's is stored and acknowledged. */
    async expectServing(connection?: RawConnection): Promise<void> {
      const { id, bytes } = honestRequest();
      const honest = connection ?? (await connect());
      await honest.write(bytes);
      expect(await honest.answer()).toMatchObject({ status: 200, body: { received: true } });
      expect(await isStored(id)).toBe(true);
    },
  };
}

/** A request as Stripe would send it to `/webhook`, in bytes. */
export function honestRequest(): { id: string; bytes: Buffer } {
  const event = createEvent('payment_intent.succeeded');
  const { body, headers } = signedRequest({ event, secret: DIRECT_SECRET });
  const lines: Line[] = [['Host', 'x'], ...Object.entries(headers), ['Content-Length', String(body.length)]];
  return { id: event.id, bytes: Buffer.concat([Buffer.from(requestHead('POST /webhook', lines)), body]) };
}
