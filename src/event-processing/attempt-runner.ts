import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { SkipRun, type UpcomingRun } from '../event-handlers/index.js';
import type { RegisteredHandler } from '../event-handlers/registered-handler.js';
import { RunGuards } from '../event-handlers/run-guards.js';
import { ERASED } from '../event-store/event-erasure.js';
import { StripeClient } from '../stripe/stripe-client.js';
import type { ClaimedRun } from './claimed-run.js';
import { HandlerTransaction } from './handler-transaction.js';
import { RunContext } from './run-context.js';
import { RunStore } from './run-store.js';

/** Thrown when an attempt used up its handler's time-out. */
export class AttemptTimedOut extends Error {
  override readonly name = 'AttemptTimedOut';
}

/** Thrown when the worker had to stop before the attempt was done, through no fault of the handler. */
export class WorkerStopping extends Error {
  override readonly name = 'WorkerStopping';
}

/** Makes one attempt of a claimed run: the handler's effects and the run's success commit together. */
@Injectable()
export class AttemptRunner {
  private readonly running = new Set<AbortController>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly store: RunStore,
    private readonly guards: RunGuards,
    private readonly client: StripeClient,
  ) {}

  /** @throws whatever the handler or a guard throws, AttemptTimedOut, or LeaseLost; nothing of a transaction is kept then */
  async run(run: ClaimedRun, handler: RegisteredHandler): Promise<void> {
    const abort = new AbortController();
    this.running.add(abort);
    const { timeoutMs } = handler.options;
    const timer = setTimeout(
      () => abort.abort(new AttemptTimedOut(`Attempt took longer than ${timeoutMs} ms`)),
      timeoutMs,
    );
    try {
      await this.invoke(run, handler, abort.signal);
    } finally {
      clearTimeout(timer);
      this.running.delete(abort);
    }
  }

  /** Makes the attempts in flight fail now, to be retried elsewhere. */
  abortAll(): void {
    for (const abort of this.running) abort.abort(new WorkerStopping('The worker is stopping'));
  }

  private async invoke(run: ClaimedRun, handler: RegisteredHandler, signal: AbortSignal): Promise<void> {
    if (run.erased) throw new SkipRun(ERASED);
    await orAborted(this.guards.admit(upcoming(run, handler)), signal);
    const context = new RunContext(run, handler.id, signal, this.store, this.client);
    const event: unknown = JSON.parse(run.payload);
    if (!handler.options.transaction) {
      await orAborted(handler.invoke(event, context), signal);
      await this.store.succeed(run);
      return;
    }
    await this.inTransaction(run, signal, (tx) => handler.invoke(event, Object.assign(context, { tx })));
  }

  /** Commits what the handler wrote together with the run's success; if it wrote nothing, no transaction is needed. */
  private async inTransaction(
    run: ClaimedRun,
    signal: AbortSignal,
    handle: (tx: EntityManager) => Promise<void>,
  ): Promise<void> {
    const transaction = await HandlerTransaction.open(this.dataSource);
    try {
      await orAborted(handle(transaction.manager), signal);
      transaction.closeToHandler();
      if (!transaction.begun) return await this.store.succeed(run);
      await this.store.succeed(run, transaction);
      await transaction.commit();
    } catch (error) {
      transaction.closeToHandler();
      // A handler that was given up may still wait for a statement: the connection goes, and all it wrote with it.
      if (signal.aborted) transaction.abandon(error as Error);
      else await transaction.rollback();
      throw error;
    } finally {
      await transaction.release();
    }
  }
}

const upcoming = (run: ClaimedRun, { id, options }: RegisteredHandler): UpcomingRun => ({
  runId: run.id,
  attempt: run.attempts,
  generation: run.generation,
  handlerId: id,
  actsForAccount: options.actsForAccount,
  eventId: run.eventId,
  eventType: run.eventType,
  ...(run.account !== null && { account: run.account }),
  livemode: run.livemode,
  created: run.created,
});

/** A handler that ignores its signal is not waited for. */
async function orAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
