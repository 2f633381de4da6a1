import { Module } from '@nestjs/common';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { EventReplayModule } from '../../event-replay/event-replay.module.js';
import { EventStoreModule } from '../../event-store/event-store.module.js';
import { FailureReplays } from './failure-replays.js';
import { FailuresAdmin } from './failures.admin.js';
import { FailuresController } from './failures.controller.js';

/** What fails, by handler and kind of error. */
@Module({
  imports: [AdminAccessModule, EventReplayModule, EventStoreModule],
  controllers: [FailuresController],
  providers: [FailureReplays, FailuresAdmin],
})
export class FailuresModule {}
