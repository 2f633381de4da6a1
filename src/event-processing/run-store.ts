import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import type { RegisteredHandler } from '../event-handlers/registered-handler.js';
import type { ClaimedRun } from './claimed-run.js';
import { errorFingerprint } from './error-fingerprint.js';
import { LEASE_MARGIN_MS, MAX_LOST_ATTEMPTS } from './queue-policy.js';
import { RunGroups } from './run-groups.js';
import type { DueRun } from './run-queue.js';
import * as statement from './run-statements.js';

/** What a failed attempt leads to. */
export interface Failure {
  status: 'retrying' | 'dead';
  outcome: 'failed' | 'timed_out';
  delayMs: number;
  error: string;
  /** `null` when the handler was not to blame. */
  fingerprint: string | null;
}

export interface RecoveredRun extends DueRun {
  status: 'retrying' | 'dead';
  orderingKey: string | null;
}

export interface OverdueRun extends DueRun {
  isolated: boolean;
  /** Not to be offered: its handler is paused. */
  parked: boolean;
  /** For how long it has been due, in milliseconds. */
  lateMs: number;
}

/** What is noted about an attempt whose worker died. */
const LOST = 'The worker died, or stopped responding, during the attempt';
const LOST_FINGERPRINT = errorFingerprint('WorkerLost', LOST);

/** Runs statements in a transaction. */
export interface Statements {
  query<R>(text: string, values?: unknown[]): Promise<R>;
}

/** Thrown when another worker has taken the run over: nothing of this attempt may be kept. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The only one who moves runs from state to state. */
@Injectable()
export class RunStore implements OnApplicationShutdown {
  private readonly groups: RunGroups;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.groups = new RunGroups(config.DATABASE_URL);
  }

  /** Starts an attempt, unless it was made already, is not due in its order, or another worker was faster. */
  async claim(id: string, attempts: number, handler: RegisteredHandler): Promise<ClaimedRun | undefined> {
    return this.groups.claim({ id, attempts, leaseMs: leaseMs(handler) });
  }

  /** Starts an attempt of the live run of this handler that has waited longest. */
  async claimNext(handler: RegisteredHandler): Promise<ClaimedRun | undefined> {
    return this.groups.claimNext(handler.id, leaseMs(handler));
  }

  /** Replayed runs of this handler that are due, those that have waited longest. */
  async waitingReplayed(handlerId: string, limit: number): Promise<DueRun[]> {
    return this.dataSource.query(statement.WAITING_REPLAYED, [handlerId, limit]);
  }

  /**
   * @param tx - what must commit with the success, and not without it
   * @throws LeaseLost, which must roll back whatever else `tx` wrote
   */
  async succeed(run: ClaimedRun, tx?: Statements): Promise<void> {
    const succeeded = tx
      ? (await tx.query<unknown[]>(statement.SUCCEED, [[run.id], [run.attempts]])).length > 0
      : await this.groups.succeed(run);
    if (!succeeded) throw new LeaseLost(`Run ${run.id} was taken over after attempt ${run.attempts}`);
  }

  /** @throws LeaseLost */
  async fail(run: ClaimedRun, { status, outcome, delayMs, error, fingerprint }: Failure): Promise<void> {
    const { SWEEP_GRACE_MS: grace } = this.config;
    const values = [run.id, run.attempts, status, delayMs, error, outcome, grace, fingerprint];
    const rows = await this.dataSource.query<unknown[]>(statement.FAIL, values);
    if (rows.length === 0) throw new LeaseLost(`Run ${run.id} was taken over after attempt ${run.attempts}`);
  }

  /** @throws LeaseLost */
  async skip(run: ClaimedRun, reason: string): Promise<void> {
    const rows = await this.dataSource.query<unknown[]>(statement.SKIP, [run.id, run.attempts, reason]);
    if (rows.length === 0) throw new LeaseLost(`Run ${run.id} was taken over after attempt ${run.attempts}`);
  }

  /** Takes runs from workers whose lease has ended. */
  async recoverLost(limit: number): Promise<RecoveredRun[]> {
    return this.dataSource.query(statement.RECOVER_LOST, [
      limit,
      MAX_LOST_ATTEMPTS,
      this.config.SWEEP_GRACE_MS,
      LOST,
      LOST_FINGERPRINT,
    ]);
  }

  /** Makes runs overdue again that were parked while their handler was paused, up to `limit` of each handler. */
  async wake(limit: number): Promise<void> {
    await this.dataSource.query(statement.WAKE, [limit]);
  }

  /** Runs that should have been worked on by now, each given to one sweeper. */
  async takeOverdue(limit: number): Promise<OverdueRun[]> {
    return this.dataSource.query(statement.TAKE_OVERDUE, [limit, this.config.SWEEP_GRACE_MS]);
  }

  async nextInOrder(handlerId: string, orderingKey: string): Promise<DueRun[]> {
    return this.dataSource.query(statement.NEXT_IN_ORDER, [handlerId, orderingKey]);
  }

  async newerEventExists({ objectId, account, livemode, created }: ClaimedRun): Promise<boolean> {
    if (objectId === null) return false;
    const values = [objectId, account, livemode, created];
    const [row] = await this.dataSource.query<[{ stale: boolean }]>(statement.NEWER_EVENT_EXISTS, values);
    return row.stale;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.groups.end();
  }
}

const leaseMs = (handler: RegisteredHandler): number => handler.options.timeoutMs + LEASE_MARGIN_MS;
