import { OnQueueError, OnQueueFailed, Process, Processor } from '@nestjs/bull';
import { Inject, Injectable, type OnApplicationBootstrap, type Type, mixin } from '@nestjs/common';
import type { Job } from 'bull';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { REPLAYED_RUN_QUEUE, type RunJob } from './queue-policy.js';
import { RunExecutor } from './run-executor.js';

/** The Bull processor of one queue of runs. Its concurrency comes from the configuration, hence the function. */
export function runProcessor(queue: string, concurrency: number): Type<unknown> {
  const kind = queue === REPLAYED_RUN_QUEUE ? 'replayed' : 'live';

  @Injectable()
  @Processor(queue)
  class RunProcessor implements OnApplicationBootstrap {
    private started: () => void;
    /** Bull delivers jobs before the other modules are ready. */
    private readonly ready = new Promise<void>((resolve) => {
      this.started = resolve;
    });

    constructor(
      private readonly executor: RunExecutor,
      @Inject(LOGGER) private readonly logger: Logger,
    ) {}

    onApplicationBootstrap(): void {
      this.started();
    }

    @Process({ concurrency })
    async process(job: Job<RunJob>): Promise<void> {
      await this.ready;
      await this.executor.execute(job.data, kind);
    }

    @OnQueueFailed()
    onFailed({ data }: Job<RunJob>, error: Error): void {
      this.logger.warn({ ...data, error: loggable(error) }, 'job failed; the sweeper offers its run again');
    }

    @OnQueueError()
    onError(error: Error): void {
      this.logger.debug({ error: loggable(error) }, 'queue error');
    }
  }
  return mixin(RunProcessor);
}
