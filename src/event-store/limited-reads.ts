import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { PostgresPool, sqlState } from '../database/postgres-pool.js';
import { Problem } from '../http/problem.js';
import type { EventReader } from './event-reader.js';

/** However operators ask, they never take more connections than these from the events that come in. */
const CONNECTIONS = 4;
const LIMIT_SECONDS = 10;
/** The server gives up first, and its connection stays usable. */
const TIMEOUT_MS = (LIMIT_SECONDS + 5) * 1_000;

const BEGIN = `
  SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
  SET LOCAL statement_timeout = '${LIMIT_SECONDS}s';
  SET LOCAL jit = off`;

const QUERY_CANCELED = '57014';

/** Reads for operators: apart from the work on events, each statement limited in time. */
@Injectable()
export class LimitedReads implements OnApplicationShutdown {
  private readonly pool: PostgresPool;

  constructor(@Inject(CONFIG) config: Config) {
    this.pool = new PostgresPool({
      url: config.DATABASE_URL,
      name: 'turnpike admin reads',
      size: CONNECTIONS,
      timeoutMs: TIMEOUT_MS,
    });
  }

  /**
   * Everything that `work` reads was committed at one moment.
   *
   * @throws Problem 400 `query_too_broad` when a statement takes longer than ten seconds
   */
  async read<T>(work: (db: EventReader) => Promise<T>): Promise<T> {
    try {
      return await this.pool.transaction(async (run) => {
        await run(BEGIN, []);
        return work({ query: run });
      });
    } catch (cause) {
      if (sqlState(cause) !== QUERY_CANCELED) throw cause;
      throw new Problem(
        400,
        'query_too_broad',
        `This takes longer than ${LIMIT_SECONDS} s: narrow it, by a range of \`created\` or a type.`,
        { cause },
      );
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.pool.end();
  }
}
