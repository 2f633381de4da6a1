import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AuditLog } from '../admin-access/audit-log.js';
import { ErasureHooks } from '../event-handlers/erasure-hooks.js';
import type { ErasedEvent, Erasure } from '../event-handlers/index.js';
import {
  erasableEvents,
  ERASED,
  type ErasableEvent,
  openEventsNaming,
  overwriteEvents,
} from '../event-store/event-erasure.js';
import { type EventFilter, searchEvents } from '../event-store/event-search.js';
import * as statement from './erasure-statements.js';
import { type ErasureSubject, linkedTargets, type Target } from './erasure-subject.js';
import { addTargets } from './erasures.js';

/** Events that one step goes through. */
const PAGE = 100;

/** A worker that freezes in a step loses it after this time, in milliseconds. */
const LONGEST_PAUSE_MS = 30_000;

type Stage = 'events' | 'runs' | 'copies' | 'last';

/** An erasure as `TAKE_ERASURE` selects it. */
interface StepRow extends Record<keyof ErasureSubject, string | null> {
  id: string;
  stage: Stage;
  page: (Omit<ErasedEvent, 'created'> & { created: string })[];
  reason: string;
  keyId: string;
  requestedBy: string;
}

interface TargetRow extends Target {
  cursorAt: string | null;
  cursorId: string | null;
}

/** What a step leaves for the next one. */
interface Made {
  stage: Stage;
  page?: StepRow['page'];
  erased?: number;
  ended?: number;
}

/** Thrown when a step failed, with the erasure that has to wait. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';

  constructor(
    readonly erasureId: string,
    cause: unknown,
  ) {
    super(`A step of erasure ${erasureId} failed`, { cause });
  }
}

/**
 * Makes the steps of erasures. A page of events is overwritten; then their runs are ended, and no other can begin; then
 * the modules overwrite what they keep of it. Each of the three is a transaction of its own: what a handler wrote while
 * its event was being erased is either rolled back with its run, or seen by the modules.
 */
@Injectable()
export class ErasureStep {
  constructor(
    private readonly dataSource: DataSource,
    private readonly hooks: ErasureHooks,
    private readonly audit: AuditLog,
  ) {}

  /**
   * @returns false when nothing is to be done
   * @throws StepFailed
   */
  async make(): Promise<boolean> {
    let erasureId: string | undefined;
    try {
      return await this.dataSource.transaction(async (tx) => {
        const [row] = await tx.query<StepRow[]>(statement.TAKE_ERASURE, [`${LONGEST_PAUSE_MS}`]);
        if (!row) return false;
        erasureId = row.id;
        await this.perform(tx, row);
        return true;
      });
    } catch (error) {
      throw erasureId === undefined ? error : new StepFailed(erasureId, error);
    }
  }

  private async perform(tx: EntityManager, row: StepRow): Promise<void> {
    if (row.stage === 'last') return this.complete(tx, row);
    const { stage, page = [], erased = 0, ended = 0 } = await this.stages[row.stage](tx, row);
    await tx.query(statement.FINISH_STEP, [row.id, stage, JSON.stringify(page), erased, ended]);
  }

  private readonly stages: Record<
    Exclude<Stage, 'last'>,
    (tx: EntityManager, row: StepRow) => Promise<Made>
  > = {
    events: (tx, row) => this.overwrite(tx, row),
    runs: async (tx, { page }) => {
      const columns = [page.map(({ id }) => id), page.map(({ created }) => created), ERASED];
      const [{ ended }] = await tx.query<[{ ended: number }]>(statement.END_RUNS, columns);
      await tx.query(statement.OVERWRITE_ERRORS, columns);
      return { stage: 'copies', page, ended };
    },
    copies: async (tx, row) => {
      await this.hooks.run(erasureOf(row), tx);
      return { stage: 'events' };
    },
  };

  private async overwrite(tx: EntityManager, row: StepRow): Promise<Made> {
    const [target] = await tx.query<TargetRow[]>(statement.CURRENT_TARGET, [row.id]);
    return target ? this.named(tx, row, target) : this.linked(tx, row);
  }

  /** A page of the events that name the person. */
  private async named(tx: EntityManager, row: StepRow, target: TargetRow): Promise<Made> {
    const subject = subjectOf(row);
    const { foundBy, target: id, cursorAt: at, cursorId } = target;
    const after = at !== null && cursorId !== null ? { at, id: cursorId } : undefined;
    const found = await searchEvents(tx, filterOf(target, subject), { order: 'oldest', after, limit: PAGE });
    const events = await erasableEvents(tx, found);
    await addTargets(tx, row.id, linkedTargets(subject, events), { linked: true });
    const last = found.at(-1)?.position;
    const cursor = [last?.at ?? null, last?.id ?? null];
    await tx.query(statement.MOVE_TARGET, [row.id, foundBy, id, ...cursor, found.length < PAGE]);
    // Also those that were erased before: what a module keeps of them may have come later.
    return this.erase(tx, row, events);
  }

  /** Some of the events that name an object of the customer's. */
  private async linked(tx: EntityManager, row: StepRow): Promise<Made> {
    const { customer, account } = row;
    const targets = await tx.query<{ target: string }[]>(statement.LINKED_TARGETS, [row.id, PAGE]);
    if (targets.length === 0 || customer === null) return { stage: 'last' };
    const ids = targets.map(({ target }) => target);
    const found = await openEventsNaming(tx, ids, { customer, account }, PAGE);
    if (found.length < PAGE) await tx.query(statement.END_LINKED_TARGETS, [row.id, ids]);
    return this.erase(tx, row, await erasableEvents(tx, found));
  }

  private async erase(tx: EntityManager, { id }: StepRow, events: readonly ErasableEvent[]): Promise<Made> {
    const open = events.filter(({ isErased }) => !isErased);
    await overwriteEvents(tx, id, open);
    const page = events.map(pageEntry);
    return { stage: page.length > 0 ? 'runs' : 'events', page, erased: open.length };
  }

  /** The last call of the modules, and the entry in the audit log, commit together. */
  private async complete(tx: EntityManager, row: StepRow): Promise<void> {
    await this.hooks.run(erasureOf({ ...row, page: [] }), tx);
    const [{ events, runs }] = await tx.query<[{ events: number; runs: number }]>(
      statement.COMPLETE_ERASURE,
      [row.id],
    );
    const key = { id: row.keyId, name: row.requestedBy };
    const details = { erasure: row.id, ...subjectOf(row), events, runs };
    const { reason } = row;
    await this.audit.record(tx, key, { action: 'erasure.complete', target: nameOf(row), reason, details });
  }
}

function subjectOf({ customer, account, event }: StepRow): ErasureSubject {
  return {
    ...(customer !== null && { customer }),
    ...(account !== null && { account }),
    ...(event !== null && { event }),
  };
}

const nameOf = ({ customer, event, account }: StepRow): string => customer ?? event ?? account ?? '';

const erasureOf = (row: StepRow): Erasure => ({
  ...subjectOf(row),
  events: row.page.map((event) => ({ ...event, created: new Date(event.created) })),
});

function filterOf({ foundBy, target }: Target, { customer, account }: ErasureSubject): EventFilter {
  return { [foundBy]: target, ...(customer !== undefined && account !== undefined && { account }) };
}

const pageEntry = ({ isErased: _, created, ...event }: ErasableEvent) => ({
  ...event,
  created: created.toISOString(),
});
