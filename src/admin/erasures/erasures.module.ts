import { Module } from '@nestjs/common';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { EventErasureModule } from '../../event-erasure/event-erasure.module.js';
import { ErasuresAdmin } from './erasures.admin.js';
import { ErasuresController } from './erasures.controller.js';

@Module({
  imports: [AdminAccessModule, EventErasureModule],
  controllers: [ErasuresController],
  providers: [ErasuresAdmin],
})
export class ErasuresModule {}
