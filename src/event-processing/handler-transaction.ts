import type { PoolClient } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import type { Statements } from './run-store.js';

/** Thrown by statements of a handler that goes on after its attempt has ended. */
class AttemptEnded extends Error {
  override readonly name = 'AttemptEnded';
}

/**
 * The transaction of one attempt. It begins with the handler's first statement: a handler that has none, or asks others
 * before it writes, holds no connection. The handler may write only until its attempt has ended: whatever it does later
 * would run after the rollback, outside any transaction, and stay.
 */
export class HandlerTransaction implements Statements {
  readonly manager: EntityManager;
  readonly query: QueryRunner['query'];
  private connection: PoolClient | undefined;
  private beginning: Promise<PoolClient> | undefined;
  private abandoned: Error | undefined;

  private constructor(private readonly runner: QueryRunner) {
    this.manager = runner.manager;
    this.query = runner.query.bind(runner);
  }

  static async open(dataSource: DataSource): Promise<HandlerTransaction> {
    const runner = dataSource.createQueryRunner();
    const transaction = new HandlerTransaction(runner);
    // For TypeORM the transaction is open from now on. What it says to begin it waits for the first statement.
    const statements: string[] = [];
    runner.query = (text: string) => Promise.resolve(statements.push(text) as never);
    await runner.startTransaction();
    runner.query = transaction.query;
    const connect = runner.connect.bind(runner) as () => Promise<PoolClient>;
    runner.connect = () => (transaction.beginning ??= transaction.begin(connect, statements));
    return transaction;
  }

  /** Whether the handler has run a statement. */
  get begun(): boolean {
    return this.beginning !== undefined;
  }

  /** From now on only this object speaks on the connection. */
  closeToHandler(): void {
    const refuse = () => Promise.reject(new AttemptEnded('This attempt has ended: ctx.tx takes no more'));
    this.runner.query = refuse;
    if (!this.begun) this.runner.connect = refuse;
  }

  async commit(): Promise<void> {
    await this.query('COMMIT');
  }

  async rollback(): Promise<void> {
    if (!this.begun) return;
    try {
      await this.query('ROLLBACK');
    } catch (error) {
      this.abandon(error as Error);
    }
  }

  /** Throws the connection away, as after a network error. Postgres undoes its transaction. */
  abandon(reason: Error): void {
    this.abandoned = reason;
    if (!this.runner.isReleased) this.connection?.emit('error', reason);
  }

  async release(): Promise<void> {
    // One that is still on its way has to be given back, too.
    await this.beginning?.catch(() => undefined);
    await this.runner.release();
  }

  private async begin(connect: () => Promise<PoolClient>, statements: string[]): Promise<PoolClient> {
    const connection = await connect();
    this.connection = connection;
    if (this.abandoned) {
      this.abandon(this.abandoned);
      throw this.abandoned;
    }
    for (const text of statements) await connection.query(text);
    return connection;
  }
}
