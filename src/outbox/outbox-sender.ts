import { setTimeout as sleep } from 'node:timers/promises';
import { outboxBackoff, type OutboxJob } from './outbox-policy.js';
import type { Claimed, OutboxStore } from './outbox-store.js';

/** While Postgres is away, whoever has handed something over tries this often to say so. In milliseconds. */
const RECORD_AGAIN_MS = 500;

/** How an attempt ended. */
export interface AttemptEnd {
  outcome: 'sent' | 'failed' | 'dead';
  /** Why it was not sent, fit for a log. */
  reason?: string;
  /** Until the next attempt, in milliseconds. */
  retryInMs?: number;
}

/** Does what a job of an outbox asks for: claims, hands over, records how it went. */
export abstract class OutboxSender<Row extends Claimed> {
  private readonly attempts = new Map<AbortController, Promise<void>>();

  protected constructor(private readonly store: OutboxStore<Row>) {}

  async send(job: OutboxJob): Promise<void> {
    const abort = new AbortController();
    const attempt = this.attempt(job, abort).finally(() => this.attempts.delete(abort));
    this.attempts.set(abort, attempt);
    await attempt;
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.attempts.values());
  }

  /** Makes the attempts in flight fail now, to be made again elsewhere. */
  abortAll(): void {
    for (const abort of this.attempts.keys()) abort.abort(new Error('The worker is stopping'));
  }

  /** Resolves once the other side has taken it. */
  protected abstract deliver(row: Row, signal: AbortSignal): Promise<void>;

  /** What to make of an error: whether the other side will never take it, and how to tell, stored and logged. */
  protected abstract judge(error: unknown): { refused: boolean; stored: string; logged: string };

  /** Logs and counts. */
  protected abstract report(row: Row, end: AttemptEnd): void;

  private async attempt(job: OutboxJob, abort: AbortController): Promise<void> {
    const row = await this.store.claim(job);
    if (!row) return;
    if (row.status === 'dead') {
      return this.report(row, { outcome: 'dead', reason: 'lost with its worker too often' });
    }
    const { timeoutMs } = this.store.limits;
    const timer = setTimeout(() => abort.abort(new Error(`No answer within ${timeoutMs} ms`)), timeoutMs);
    try {
      await this.deliver(row, abort.signal);
    } catch (error) {
      // What a client throws says only that somebody aborted.
      return await this.failed(row, abort.signal.aborted ? abort.signal.reason : error);
    } finally {
      clearTimeout(timer);
    }
    await this.recordSent(row);
    this.report(row, { outcome: 'sent' });
  }

  /** What is out must not go out again because Postgres was away for a moment. */
  private async recordSent(row: Row): Promise<void> {
    for (;;) {
      try {
        await this.store.sent(row);
        return;
      } catch (error) {
        if (Date.now() > row.leaseUntil.getTime()) throw error;
        await sleep(RECORD_AGAIN_MS);
      }
    }
  }

  private async failed(row: Row, error: unknown): Promise<void> {
    const { refused, stored, logged: reason } = this.judge(error);
    if (refused || row.attempts >= this.store.limits.maxAttempts) {
      await this.store.failed(row, 'dead', 0, stored);
      return this.report(row, { outcome: 'dead', reason });
    }
    const retryInMs = outboxBackoff(row.attempts);
    await this.store.failed(row, 'waiting', retryInMs, stored);
    this.report(row, { outcome: 'failed', reason, retryInMs });
  }
}
