import type { DataSource } from 'typeorm';
import { LEASE_MARGIN_MS, type OutboxJob } from './outbox-policy.js';
import type { outboxStatements } from './outbox-statements.js';

/** What a worker may hand over until its lease ends. */
export interface Claimed {
  id: string;
  /** Number of this attempt, and the fencing token of its failure. */
  attempts: number;
  /** `dead` when it was lost with its worker as often as it may be tried: then there is nothing to do. */
  status: 'waiting' | 'dead';
  leaseUntil: Date;
}

interface DueRow {
  id: string;
  attempts: number;
  /** For how long it has been due, in milliseconds. */
  lateMs: number;
}

interface OutboxLimits {
  /** Longest attempt, in milliseconds. */
  timeoutMs: number;
  maxAttempts: number;
}

const LOST = 'The worker died, or stopped responding, during the last attempt';

/** Longest stored error text. */
const MAX_ERROR_LENGTH = 2_000;

/** The only one who moves what waits in an outbox from state to state while it is delivered. */
export abstract class OutboxStore<Row extends Claimed> {
  protected constructor(
    protected readonly dataSource: DataSource,
    private readonly statements: ReturnType<typeof outboxStatements>,
    readonly limits: OutboxLimits,
  ) {}

  /** The longest due first. */
  due(limit: number): Promise<DueRow[]> {
    return this.dataSource.query(this.statements.due, [limit]);
  }

  /** Starts an attempt, unless it was made already, is not due, or another worker was faster. */
  async claim({ id, attempts }: OutboxJob): Promise<Row | undefined> {
    const { timeoutMs, maxAttempts } = this.limits;
    const values = [id, attempts, timeoutMs + LEASE_MARGIN_MS, maxAttempts, LOST];
    const [row] = await this.dataSource.query<Row[]>(this.statements.claim, values);
    return row;
  }

  async sent({ id }: Claimed): Promise<void> {
    await this.dataSource.query(this.statements.sent, [id]);
  }

  /** Does nothing when another worker has taken over. */
  async failed(
    { id, attempts }: Claimed,
    status: 'waiting' | 'dead',
    delayMs: number,
    error: string,
  ): Promise<void> {
    const text = error.replaceAll('\0', '').slice(0, MAX_ERROR_LENGTH);
    await this.dataSource.query(this.statements.failed, [id, attempts, status, delayMs, text]);
  }
}
