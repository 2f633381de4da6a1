import { Module } from '@nestjs/common';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { OperatorAlertsModule } from '../../operator-alerts/operator-alerts.module.js';
import { AlertWebhooksAdmin } from './alert-webhooks.admin.js';
import { AlertWebhooksController } from './alert-webhooks.controller.js';
import { AlertsAdmin } from './alerts.admin.js';
import { AlertsController } from './alerts.controller.js';

/** What is wrong, and what was told of it. `webhooks` comes before `:id`. */
@Module({
  imports: [AdminAccessModule, OperatorAlertsModule],
  controllers: [AlertWebhooksController, AlertsController],
  providers: [AlertWebhooksAdmin, AlertsAdmin],
})
export class AlertsModule {}
