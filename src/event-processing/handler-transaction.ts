import type { EventEmitter } from 'node:events';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Statements } from './run-store.js';

/** Thrown by statements of a handler that goes on after its attempt has ended. */
class AttemptEnded extends Error {
  override readonly name = 'AttemptEnded';
}

/**
 * The transaction of one attempt. The handler may write only until its attempt has ended: whatever it does later would
 * run after the rollback, outside any transaction, and stay.
 */
export class HandlerTransaction implements Statements {
  readonly manager: EntityManager;
  readonly query: QueryRunner['query'];

  private constructor(
    private readonly runner: QueryRunner,
    private readonly connection: EventEmitter,
  ) {
    this.manager = runner.manager;
    this.query = runner.query.bind(runner);
  }

  static async begin(dataSource: DataSource): Promise<HandlerTransaction> {
    const runner = dataSource.createQueryRunner();
    try {
      const connection = (await runner.connect()) as EventEmitter;
      await runner.startTransaction();
      return new HandlerTransaction(runner, connection);
    } catch (error) {
      await runner.release();
      throw error;
    }
  }

  /** From now on only this object speaks on the connection. */
  closeToHandler(): void {
    this.runner.query = () =>
      Promise.reject(new AttemptEnded('This attempt has ended: ctx.tx takes no more'));
  }

  async commit(): Promise<void> {
    await this.query('COMMIT');
  }

  async rollback(): Promise<void> {
    try {
      await this.query('ROLLBACK');
    } catch (error) {
      this.abandon(error as Error);
    }
  }

  /** Throws the connection away, as after a network error. Postgres undoes its transaction. */
  abandon(reason: Error): void {
    if (!this.runner.isReleased) this.connection.emit('error', reason);
  }

  async release(): Promise<void> {
    await this.runner.release();
  }
}
