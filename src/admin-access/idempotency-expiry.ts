import { Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';

const EVERY_MS = 600_000;
const BATCH = 1_000;

/** A batch at a time, so that no lock is held for long; two processes never work on the same batch. */
const DELETE_OLD = `
  DELETE FROM idempotent_request WHERE (key_id, idempotency_key) IN (
    SELECT key_id, idempotency_key FROM idempotent_request
    WHERE created_at < now() - interval '24 hours'
    ORDER BY created_at LIMIT ${BATCH} FOR UPDATE SKIP LOCKED)`;

/** Forgets idempotency keys a day after their use. */
@Injectable()
export class IdempotencyExpiry {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval(EVERY_MS)
  async deleteOld(): Promise<void> {
    try {
      let deleted: number;
      do {
        [, deleted] = await this.dataSource.query<[unknown[], number]>(DELETE_OLD);
      } while (deleted === BATCH);
    } catch (error) {
      this.logger.warn({ error: loggable(error) }, 'old idempotency keys could not be deleted; trying again');
    }
  }
}
