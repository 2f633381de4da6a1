import { Inject, Injectable } from '@nestjs/common';
import { PermanentFailure, RetryAfter, SkipRun } from '../event-handlers/index.js';
import type { RegisteredHandler } from '../event-handlers/registered-handler.js';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { Redaction } from '../redaction/redaction.js';
import { AttemptTimedOut, WorkerStopping } from './attempt-runner.js';
import type { ClaimedRun } from './claimed-run.js';
import { errorFingerprint } from './error-fingerprint.js';
import { backoffDelay } from './queue-policy.js';
import { RunQueue } from './run-queue.js';
import { type Failure, LeaseLost, RunStore } from './run-store.js';

/** While Postgres is away, a failed attempt tries this often to say so. */
const RECORD_AGAIN_MS = 500;

/** Longest stored error text. */
const MAX_ERROR_LENGTH = 2_000;

/** Records how an attempt ended and wakes whoever may go next. */
@Injectable()
export class RunOutcomes {
  constructor(
    private readonly store: RunStore,
    private readonly queue: RunQueue,
    private readonly metrics: Metrics,
    private readonly redaction: Redaction,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** The success itself was committed with the handler's effects. */
  async succeeded(run: ClaimedRun, handler: RegisteredHandler): Promise<void> {
    this.logger.debug(describe(run, handler), 'run succeeded');
    this.metrics.runsFinished.inc({ handler: handler.id, status: 'succeeded' });
    await this.wakeNext(run, handler.id);
  }

  async failed(run: ClaimedRun, handler: RegisteredHandler, error: unknown): Promise<void> {
    if (error instanceof LeaseLost) {
      this.logger.warn(
        describe(run, handler),
        'another worker took the run over; this attempt left nothing behind',
      );
      return;
    }
    if (error instanceof SkipRun) {
      await this.skipped(run, handler, storable(this.redaction.text(error.message, run.payload)));
      return;
    }
    const said = this.wordsOf(error, run);
    const failure = failureOf(error, said.message, run, handler);
    const details = { ...describe(run, handler), error: said };
    if (!(await this.record(run, () => this.store.fail(run, failure)))) {
      this.logger.warn(details, 'a failed attempt could not be recorded; the sweeper takes the run over');
      return;
    }
    if (failure.status === 'dead') {
      this.logger.error(details, 'run is dead');
      this.metrics.runsFinished.inc({ handler: handler.id, status: 'dead' });
      await this.wakeNext(run, handler.id);
      return;
    }
    this.logger.warn({ ...details, retryInMs: failure.delayMs }, 'attempt failed');
    const { id, attempts, isolated, replayed } = run;
    await this.queue.offer([{ id, attempts, handlerId: handler.id, replayed }], {
      delayMs: failure.delayMs,
      isolated,
    });
  }

  /** A handler may quote what it was given. Who reads logs and lists of failures need not know whom it is about. */
  private wordsOf(error: unknown, { payload }: ClaimedRun): { message: string; code?: string } {
    const words = loggable(error);
    return { ...words, message: this.redaction.text(words.message, payload) };
  }

  private async skipped(run: ClaimedRun, handler: RegisteredHandler, reason: string): Promise<void> {
    const details = { ...describe(run, handler), reason };
    if (!(await this.record(run, () => this.store.skip(run, reason)))) {
      this.logger.warn(details, 'a skipped run could not be recorded; the sweeper takes it over');
      return;
    }
    this.logger.info(details, 'run skipped');
    this.metrics.runsFinished.inc({ handler: handler.id, status: 'skipped' });
    await this.wakeNext(run, handler.id);
  }

  /** A run in order may have been turned away while this one was open. */
  async wakeNext(
    { id, orderingKey }: Pick<ClaimedRun, 'id' | 'orderingKey'>,
    handlerId: string,
  ): Promise<void> {
    if (orderingKey === null) return;
    try {
      await this.queue.offer(await this.store.nextInOrder(handlerId, orderingKey), {
        suffix: `-after-${id}`,
      });
    } catch (error) {
      this.logger.warn({ runId: id, error: loggable(error) }, 'the next run in order waits for the sweeper');
    }
  }

  /** Tries until the lease ends: a run must not look lost because Postgres was away for a moment. */
  private async record(run: ClaimedRun, write: () => Promise<void>): Promise<boolean> {
    for (;;) {
      try {
        await write();
        return true;
      } catch (error) {
        if (error instanceof LeaseLost || Date.now() > run.leaseUntil.getTime()) return false;
        await new Promise((resolve) => setTimeout(resolve, RECORD_AGAIN_MS));
      }
    }
  }
}

const storable = (message: string): string => message.replaceAll('\0', '').slice(0, MAX_ERROR_LENGTH);

function failureOf(
  error: unknown,
  message: string,
  run: ClaimedRun,
  { options }: RegisteredHandler,
): Failure {
  const stopping = error instanceof WorkerStopping;
  const dead = error instanceof PermanentFailure || (run.attempts >= options.attempts && !stopping);
  return {
    status: dead ? 'dead' : 'retrying',
    outcome: error instanceof AttemptTimedOut ? 'timed_out' : 'failed',
    delayMs: dead || stopping ? 0 : delayOf(error, run, options.backoff),
    error: storable(message),
    fingerprint: stopping ? null : errorFingerprint(classOf(error), message),
  };
}

const classOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

function delayOf(error: unknown, run: ClaimedRun, backoff: { baseMs: number; maxMs: number }): number {
  const asked = error instanceof RetryAfter ? error.delayMs : Number.NaN;
  return Number.isFinite(asked) && asked >= 0 ? asked : backoffDelay(backoff, run.attempts);
}

const describe = (run: ClaimedRun, handler: RegisteredHandler) => ({
  eventId: run.eventId,
  account: run.account ?? undefined,
  handlerId: handler.id,
  runId: run.id,
  attempt: run.attempts,
});
