import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { Described } from '../../http/described.decorator.js';
import { bodyValidation, queryValidation } from '../../http/request-validation.js';
import { AlertReason, AlertWebhookPage, AlertWebhookQuery, AlertWebhookView } from './alert.views.js';
import { AlertWebhooksAdmin } from './alert-webhooks.admin.js';

@Controller('admin/alerts/webhooks')
export class AlertWebhooksController {
  constructor(private readonly webhooks: AlertWebhooksAdmin) {}

  @Get()
  @AdminRoute('read')
  @Described('List webhooks about alerts', {
    description: 'Newest first, without their bodies.',
    answer: AlertWebhookPage,
    problems: { 400: ['query_invalid'] },
  })
  list(@Query(queryValidation) query: AlertWebhookQuery): Promise<AlertWebhookPage> {
    return this.webhooks.list(query);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @AdminRoute('replay')
  @Described('Try a dead webhook again', {
    description: 'With all its attempts before it, and the same `webhook-id`.',
    params: { id: 'Id of the webhook' },
    answer: AlertWebhookView,
    problems: {
      400: ['body_invalid'],
      404: ['alert_webhook_not_found'],
      409: ['alert_webhook_not_dead'],
    },
  })
  retry(
    @Admin() key: AdminKey,
    @Param('id') id: string,
    @Body(bodyValidation) body: AlertReason,
  ): Promise<AlertWebhookView> {
    return this.webhooks.retry(key, id, body);
  }
}
