import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { EventHandlersModule } from '../event-handlers/event-handlers.module.js';
import { EventStoreModule } from '../event-store/event-store.module.js';
import { StripeModule } from '../stripe/stripe.module.js';
import { AttemptRunner } from './attempt-runner.js';
import { EventReceiver } from './event-receiver.js';
import { QueueLifecycle } from './queue-lifecycle.js';
import {
  ISOLATED_RUN_QUEUE,
  queueOptions,
  REPLAY_QUEUE,
  REPLAYED_RUN_QUEUE,
  replayedConcurrency,
  RUN_QUEUE,
} from './queue-policy.js';
import { RedisConnections } from './redis-connections.js';
import { RedisModule } from './redis.module.js';
import { RunExecutor } from './run-executor.js';
import { RunGauges } from './run-gauges.js';
import { RunOutcomes } from './run-outcomes.js';
import { RunPlans } from './run-plans.js';
import { runProcessor } from './run.processor.js';
import { RunQueue } from './run-queue.js';
import { RunStore } from './run-store.js';
import { Sweeper } from './sweeper.js';

const queues = BullModule.registerQueue(
  ...[RUN_QUEUE, ISOLATED_RUN_QUEUE, REPLAYED_RUN_QUEUE, REPLAY_QUEUE].map((name) => ({ name })),
);

@Module({})
export class EventProcessingModule {
  /** Every role can receive; `worker` and `all` also run handlers and sweep. */
  static register(config: Config): DynamicModule {
    const worker: Provider[] = [
      RunExecutor,
      AttemptRunner,
      RunOutcomes,
      Sweeper,
      runProcessor(RUN_QUEUE, config.WORKER_CONCURRENCY),
      runProcessor(ISOLATED_RUN_QUEUE, 1),
      runProcessor(REPLAYED_RUN_QUEUE, replayedConcurrency(config.WORKER_CONCURRENCY)),
    ];
    return {
      module: EventProcessingModule,
      global: true,
      imports: [
        BullModule.forRootAsync({
          imports: [RedisModule],
          inject: [CONFIG, RedisConnections],
          useFactory: ({ QUEUE_PREFIX: prefix }: Config, redis: RedisConnections) => ({
            ...queueOptions,
            prefix,
            createClient: redis.create,
          }),
        }),
        queues,
        RedisModule,
        EventHandlersModule,
        EventStoreModule,
        StripeModule,
      ],
      providers: [
        EventReceiver,
        QueueLifecycle,
        RunGauges,
        RunPlans,
        RunQueue,
        RunStore,
        ...(config.ROLE === 'api' ? [] : worker),
      ],
      exports: [EventReceiver, EventHandlersModule, RedisModule, RunPlans, RunQueue, queues],
    };
  }
}
