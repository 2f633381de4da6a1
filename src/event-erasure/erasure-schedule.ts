import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { POSTPONE_ERASURE } from './erasure-statements.js';
import { ErasureStep, StepFailed } from './erasure-step.js';

/** How often each worker looks for something to do, in milliseconds. */
const LOOK_EVERY_MS = 1_000;

/** An erasure whose step failed waits as long, in milliseconds, and lets others go on. */
const AGAIN_AFTER_MS = 10_000;

/** Makes the steps of erasures, where handlers run. Postgres alone says what is due: nothing is lost with Redis. */
@Injectable()
export class ErasureSchedule implements BeforeApplicationShutdown {
  private working: Promise<void> | undefined;
  private stopping = false;

  constructor(
    private readonly steps: ErasureStep,
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Interval(LOOK_EVERY_MS)
  async look(): Promise<void> {
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
    await this.working;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    await this.working;
  }

  private async work(): Promise<void> {
    try {
      let more = true;
      while (more && !this.stopping) more = await this.steps.make();
    } catch (error) {
      await this.postpone(error);
    }
  }

  private async postpone(error: unknown): Promise<void> {
    const { erasureId, cause } = error instanceof StepFailed ? error : { cause: error };
    this.logger.error({ erasureId, error: loggable(cause) }, 'a step of an erasure failed; it is made again');
    if (erasureId === undefined) return;
    await this.dataSource.query(POSTPONE_ERASURE, [erasureId, AGAIN_AFTER_MS]).catch(() => undefined);
  }
}
