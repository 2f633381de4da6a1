import { Module } from '@nestjs/common';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { AuditController } from './audit.controller.js';
import { KeysAdmin } from './keys.admin.js';
import { KeysController } from './keys.controller.js';

/** Who may use the admin API, and what they did. */
@Module({
  imports: [AdminAccessModule],
  controllers: [KeysController, AuditController],
  providers: [KeysAdmin],
})
export class KeysModule {}
