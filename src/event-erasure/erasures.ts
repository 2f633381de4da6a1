import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { LimitedReads } from '../event-store/limited-reads.js';
import { Problem } from '../http/problem.js';
import { answerOf, type ErasureAnswer, type ErasureRow } from './erasure-answer.js';
import * as statement from './erasure-statements.js';
import { type ErasureSubject, firstTargets, type Target } from './erasure-subject.js';

/** Who asks for an erasure. An admin key is one. */
export interface ErasureRequester {
  id: string;
  name: string;
}

/** Erasures: the rows in Postgres are the truth, the workers make their steps. */
@Injectable()
export class Erasures {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: LimitedReads,
  ) {}

  /**
   * How many events would be erased.
   *
   * @throws Problem 404 `event_not_found`, 400 `query_too_broad`
   */
  async count({ customer, account, event }: ErasureSubject): Promise<number> {
    return this.reads.read(async (db) => {
      const count = async (text: string, values: unknown[]) => {
        const [row] = await db.query<{ events: number; stored?: number }>(text, values);
        return row ?? { events: 0 };
      };
      if (customer !== undefined) {
        return (await count(statement.COUNT_EVENTS_OF_CUSTOMER, [customer, account ?? null])).events;
      }
      if (event === undefined) return (await count(statement.COUNT_EVENTS_OF_ACCOUNT, [account])).events;
      const { events, stored } = await count(statement.COUNT_EVENT, [event]);
      if (stored === 0) throw noEvent();
      return events;
    });
  }

  /**
   * Stores an erasure in the caller's transaction. A worker begins with it after the commit.
   *
   * @throws Problem 404 `event_not_found`
   */
  async create(
    tx: EntityManager,
    { id: keyId, name }: ErasureRequester,
    subject: ErasureSubject,
    reason: string,
  ): Promise<ErasureAnswer> {
    const { customer = null, account = null, event = null } = subject;
    const matched = await this.count(subject).catch((error: unknown) => {
      if (error instanceof Problem && error.code === 'query_too_broad') return null;
      throw error;
    });
    const values = [customer, account, event, reason, keyId, name, matched];
    const [row] = await tx.query<[ErasureRow]>(statement.CREATE_ERASURE, values);
    await addTargets(tx, row.id, firstTargets(subject), { linked: false });
    return answerOf(row);
  }

  /** @throws Problem 404 `erasure_not_found` */
  async show(id: string): Promise<ErasureAnswer> {
    const isId = /^\d{1,18}$/.test(id);
    const [row] = isId ? await this.dataSource.query<ErasureRow[]>(statement.FIND_ERASURE, [id]) : [];
    if (row) return answerOf(row);
    throw new Problem(404, 'erasure_not_found', `There is no erasure '${id}'.`);
  }
}

/** Adds what else an erasure has to look for; what it has looked for already is not added again. */
export const addTargets = async (
  tx: EntityManager,
  erasureId: string,
  targets: readonly Target[],
  { linked }: { linked: boolean },
): Promise<void> => {
  if (targets.length === 0) return;
  const columns = [targets.map(({ foundBy }) => foundBy), targets.map(({ target }) => target)];
  await tx.query(statement.ADD_TARGETS, [erasureId, ...columns, linked]);
};

const noEvent = (): Problem =>
  new Problem(404, 'event_not_found', 'There is no such event: find its id with GET /admin/events.');
