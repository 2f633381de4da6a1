import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { HandlerRegistry } from '../../event-handlers/handler-registry.js';
import { LimitedReads } from '../../event-store/limited-reads.js';
import { Problem } from '../../http/problem.js';
import * as statement from './handler-statements.js';
import type { HandlerView } from './handler.view.js';
import { described } from './handler-description.js';

/** Shows the handlers, and pauses and resumes them: no worker starts an attempt of a paused one. */
@Injectable()
export class HandlersAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: LimitedReads,
    private readonly registry: HandlerRegistry,
    private readonly audit: AuditLog,
  ) {}

  list(): Promise<HandlerView[]> {
    return this.read(null);
  }

  /** @throws Problem 404 `handler_not_found` */
  async get(id: string): Promise<HandlerView> {
    const [view] = isHandlerId(id) ? await this.read(id) : [];
    if (view) return view;
    throw new Problem(
      404,
      'handler_not_found',
      `There is no handler '${id}': list them with GET /admin/handlers.`,
    );
  }

  /** Attempts that run go on to their end. Pausing again changes nothing. */
  async pause(key: AdminKey, id: string, reason?: string): Promise<HandlerView> {
    await this.get(id);
    return this.change(key, 'handler.pause', id, reason, [statement.PAUSE, [id, key.name, reason ?? null]]);
  }

  /** The sweepers offer what has waited, batch by batch. */
  async resume(key: AdminKey, id: string, reason?: string): Promise<HandlerView> {
    await this.get(id);
    return this.change(key, 'handler.resume', id, reason, [statement.RESUME, [id]]);
  }

  private async change(
    key: AdminKey,
    action: string,
    target: string,
    reason: string | undefined,
    [text, values]: [string, unknown[]],
  ): Promise<HandlerView> {
    await this.dataSource.transaction(async (tx) => {
      const changed = await tx.query<unknown[]>(text, values);
      if (changed.length === 0) return;
      await this.audit.record(tx, key, {
        action,
        target,
        reason,
        details: { paused: action === 'handler.pause' },
      });
    });
    // Also one that nothing but its pause was left of.
    const [view] = await this.read(target, [target]);
    return view as HandlerView;
  }

  /** @param id - or `null` for all */
  private read(id: string | null, known: string[] = []): Promise<HandlerView[]> {
    return this.reads.read(async (db) => {
      const states = await db.query<statement.HandlerState>(statement.HANDLER_STATES, [id]);
      const pauses = await db.query<statement.PausedHandler>(statement.PAUSED_HANDLERS, [id]);
      const registered = this.registry.all().filter((handler) => id === null || handler.id === id);
      const ids = [
        ...known,
        ...registered.map((handler) => handler.id),
        ...[...states, ...pauses].map(({ handlerId }) => handlerId),
      ];
      const unique = [...new Set(ids)].toSorted();
      const attempts = await db.query<statement.HandlerAttempts>(statement.RECENT_ATTEMPTS, [unique]);
      return unique.map((one) => described(one, this.registry.get(one), { states, pauses, attempts }));
    });
  }
}

const isHandlerId = (id: string): boolean => /^[a-z][\w.-]{0,99}$/i.test(id);
