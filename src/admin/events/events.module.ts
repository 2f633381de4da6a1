import { Module } from '@nestjs/common';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { EventHandlersModule } from '../../event-handlers/event-handlers.module.js';
import { EventStoreModule } from '../../event-store/event-store.module.js';
import { EventsController } from './events.controller.js';
import { ObjectsController } from './objects.controller.js';
import { RunExplainer } from './run-explainer.js';
import { Timeline } from './timeline.js';

/** Finding events, and seeing what became of them. */
@Module({
  imports: [AdminAccessModule, EventHandlersModule, EventStoreModule],
  controllers: [EventsController, ObjectsController],
  providers: [RunExplainer, Timeline],
})
export class EventsModule {}
