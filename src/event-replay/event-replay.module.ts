import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config/env.js';
import { EventStoreModule } from '../event-store/event-store.module.js';
import { EventReplay } from './event-replay.js';
import { ReplayQueue } from './replay-queue.js';
import { ReplayStep } from './replay-step.js';
import { ReplayProcessor } from './replay.processor.js';
import { Replays } from './replays.js';
import { RunReplays } from './run-replays.js';

/** Replays of single events and of many. */
@Module({
  imports: [EventStoreModule],
  providers: [EventReplay, ReplayQueue, Replays, RunReplays],
  exports: [EventReplay, ReplayQueue, Replays, RunReplays],
})
export class EventReplayModule {}

/** Makes the steps of bulk replays, where handlers run. */
@Module({})
export class ReplayStepsModule {
  static register({ ROLE }: Config): DynamicModule {
    return {
      module: ReplayStepsModule,
      imports: [EventReplayModule],
      providers: ROLE === 'api' ? [] : [ReplayStep, ReplayProcessor],
    };
  }
}
