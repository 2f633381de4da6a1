import { Module } from '@nestjs/common';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { EventHandlersModule } from '../../event-handlers/event-handlers.module.js';
import { EventStoreModule } from '../../event-store/event-store.module.js';
import { HandlersAdmin } from './handlers.admin.js';
import { HandlersController } from './handlers.controller.js';

/** How every handler is doing, and its pause. */
@Module({
  imports: [AdminAccessModule, EventHandlersModule, EventStoreModule],
  controllers: [HandlersController],
  providers: [HandlersAdmin],
})
export class HandlersModule {}
