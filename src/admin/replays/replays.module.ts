import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { EventReplayModule } from '../../event-replay/event-replay.module.js';
import { EventReplayController } from './event-replay.controller.js';
import { ReplayProgress } from './replay-progress.js';
import { ReplaysAdmin } from './replays.admin.js';
import { ReplaysController } from './replays.controller.js';
import { noteArrival } from './request-age.js';

@Module({
  imports: [AdminAccessModule, EventReplayModule],
  controllers: [EventReplayController, ReplaysController],
  providers: [ReplayProgress, ReplaysAdmin],
})
export class ReplaysModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(noteArrival).forRoutes('admin/events/:id/replay');
  }
}
