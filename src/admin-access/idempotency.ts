import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { sqlState } from '../database/postgres-pool.js';
import { Problem } from '../http/problem.js';
import type { AdminKey } from './admin-key.entity.js';

/** Longest wait for an equal request that is being worked on, in milliseconds. */
const WAIT_MS = 5_000;

const LOCK_NOT_AVAILABLE = '55P03';
const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** Waits where another transaction has just inserted the same; that decides who executes. */
const CLAIM = `
  INSERT INTO idempotent_request (key_id, idempotency_key, request) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING RETURNING 1`;
const STORE = `UPDATE idempotent_request SET response = $3 WHERE key_id = $1 AND idempotency_key = $2`;
const STORED = `SELECT request, response FROM idempotent_request WHERE key_id = $1 AND idempotency_key = $2`;

interface StoredRequest<T> {
  request: string;
  response: T;
}

/** Makes a repeated request the same request: executed once, answered alike each time. */
@Injectable()
export class Idempotency {
  /**
   * @param tx - the transaction of the change: without its commit, the request was never made
   * @param header - the `Idempotency-Key`; without one the work is done each time
   * @param request - what was asked, in JSON: the route with its parameters, and the body
   * @returns what `work` returned, or what it returned to the first such request, as read from JSON
   * @throws Problem 400 `idempotency_key_invalid`; 409 `idempotency_key_reused`, `idempotency_key_in_use`
   * @example idempotency.run(tx, key, header, { route: 'POST /admin/replays', body }, () => this.create(tx, body))
   */
  async run<T>(
    tx: EntityManager,
    key: AdminKey,
    header: string | undefined,
    request: object,
    work: () => Promise<T>,
  ): Promise<T> {
    if (header === undefined) return work();
    if (!PRINTABLE.test(header)) throw invalid();
    const hash = hashOf(request);
    if (!(await this.claim(tx, key, header, hash))) return this.stored(tx, key, header, hash);
    const response = await work();
    await tx.query(STORE, [key.id, header, JSON.stringify(response ?? null)]);
    return response;
  }

  private async claim(tx: EntityManager, key: AdminKey, header: string, hash: string): Promise<boolean> {
    try {
      await tx.query(`SET LOCAL lock_timeout = ${WAIT_MS}`);
      const claimed = await tx.query<object[]>(CLAIM, [key.id, header, hash]);
      await tx.query('SET LOCAL lock_timeout = DEFAULT');
      return claimed.length > 0;
    } catch (cause) {
      if (sqlState(cause) !== LOCK_NOT_AVAILABLE) throw cause;
      const detail = 'A request with this Idempotency-Key is still being worked on: repeat it later.';
      throw new Problem(409, 'idempotency_key_in_use', detail, { cause, headers: { 'Retry-After': '5' } });
    }
  }

  private async stored<T>(tx: EntityManager, key: AdminKey, header: string, hash: string): Promise<T> {
    const [first] = await tx.query<StoredRequest<T>[]>(STORED, [key.id, header]);
    if (first?.request === hash) return first.response;
    throw new Problem(
      409,
      'idempotency_key_reused',
      'This Idempotency-Key was used for another request: send a new one for each thing you want done.',
    );
  }
}

const invalid = () =>
  new Problem(
    400,
    'idempotency_key_invalid',
    'An Idempotency-Key has 1 to 255 printable ASCII characters: send a UUID, for example.',
  );

/** The order in which fields were sent makes no difference. */
const hashOf = (request: object): string =>
  createHash('sha256')
    .update(JSON.stringify(request, (_name, value: unknown) => inOrder(value)))
    .digest('hex');

const inOrder = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;
