import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { type AppOptions, type Delivery, TestApp } from './app.js';
import { contractViolations } from './contract-check.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from './stack.js';
import { StoreWatch } from './store-watch.js';

/** What an admin route answered. */
export interface AdminAnswer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  body: T;
}

interface AdminCall {
  /** A whole key; default: one that may do anything. */
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

interface KeyOptions {
  scope?: 'read' | 'replay' | 'admin';
  accounts?: string[] | null;
  expiresAt?: Date;
  /** The key itself; default: a new one. */
  secret?: string;
}

/** The key of `ADMIN_BOOTSTRAP_KEY`. */
export const ADMIN_KEY = 'a'.repeat(40);

/** An application with a database of its own, asked through its admin routes. */
export function adminTest(features: Type[] = [], env: Record<string, string> = {}) {
  let database: TestDatabase;
  let watch: StoreWatch;
  let app: TestApp;

  beforeAll(async () => {
    database = await createDatabase();
    watch = await StoreWatch.open(database.url);
    app = await TestApp.start(options());
  });

  afterAll(async () => {
    await app.stop();
    await watch.close();
    await database.drop();
  });

  const prefix = uniquePrefix();
  const options = (): AppOptions => ({
    databaseUrl: database.url,
    redisUrl: redisUrl(),
    prefix,
    features,
    env: { ADMIN_BOOTSTRAP_KEY: ADMIN_KEY, ...env },
  });

  return {
    get app() {
      return app;
    },
    get watch() {
      return watch;
    },
    /** For another process on the same database and queue. */
    options,
    deliver: (delivery: Delivery) => app.deliver(delivery),
    /**
     * @param path - below `/admin/`
     * @throws Error when the answer is not as the contract says
     */
    async call<T = Record<string, unknown>>(
      method: string,
      path: string,
      { key = ADMIN_KEY, body, headers = {} }: AdminCall = {},
    ): Promise<AdminAnswer<T>> {
      const response = await fetch(`${app.url}/admin/${path}`, {
        method,
        headers: {
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(key && { Authorization: `Bearer ${key}` }),
          ...headers,
        },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') ?? false;
      const answer = {
        status: response.status,
        headers: response.headers,
        body: (isJson ? JSON.parse(text) : text) as T,
      };
      const violations = contractViolations(method, response.url, answer);
      if (violations.length === 0) return answer;
      throw new Error(`Not as docs/openapi.json says (npm run openapi): ${violations.join('; ')}`);
    },
    /** Stores a key as the database has it, and returns its secret. */
    async keyWith({
      scope = 'read',
      accounts = null,
      expiresAt,
      secret = `tpk_${randomUUID()}`,
    }: KeyOptions = {}): Promise<string> {
      await watch.query(
        'INSERT INTO admin_key (name, hash, scope, accounts, expires_at) VALUES ($1, $2, $3, $4, $5)',
        [
          `test ${scope}`,
          createHash('sha256').update(secret).digest('hex'),
          scope,
          accounts,
          expiresAt ?? null,
        ],
      );
      return secret;
    },
  };
}
