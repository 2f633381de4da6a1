import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { Described } from '../../http/described.decorator.js';
import { bodyValidation, queryValidation } from '../../http/request-validation.js';
import { AlertPage, AlertQuery, AlertReason, AlertTest, AlertView, NoAlertQuery } from './alert.views.js';
import { AlertsAdmin } from './alerts.admin.js';

/** Not for restricted keys: an alert counts the events of all accounts together. */
@Controller('admin/alerts')
export class AlertsController {
  constructor(private readonly alerts: AlertsAdmin) {}

  @Get()
  @AdminRoute('read')
  @Described('List alerts', {
    description: 'Newest first; the open ones, unless another state is asked for.',
    answer: AlertPage,
    problems: { 400: ['query_invalid'] },
  })
  list(@Query(queryValidation) query: AlertQuery): Promise<AlertPage> {
    return this.alerts.list(query);
  }

  @Post('test')
  @HttpCode(200)
  @AdminRoute('replay')
  @Described('Send a test message', {
    description: 'To `ALERT_EMAIL` and `ALERT_WEBHOOK_URL`, like any message about alerts.',
    answer: AlertTest,
    problems: { 400: ['body_invalid'], 409: ['alert_channels_missing'] },
  })
  test(@Admin() key: AdminKey, @Body(bodyValidation) body: AlertReason): Promise<AlertTest> {
    return this.alerts.test(key, body);
  }

  @Get(':id')
  @AdminRoute('read')
  @Described('Show an alert', {
    params: { id: 'Id of the alert' },
    answer: AlertView,
    problems: { 400: ['query_invalid'], 404: ['alert_not_found'] },
  })
  show(@Param('id') id: string, @Query(queryValidation) _query: NoAlertQuery): Promise<AlertView> {
    return this.alerts.get(id);
  }

  @Post(':id/acknowledge')
  @HttpCode(200)
  @AdminRoute('replay')
  @Described('Acknowledge an alert', {
    description: 'Somebody is on it: nothing more is told of it until it gets worse or comes back.',
    params: { id: 'Id of the alert' },
    answer: AlertView,
    problems: { 400: ['body_invalid'], 404: ['alert_not_found'], 409: ['alert_resolved'] },
  })
  acknowledge(
    @Admin() key: AdminKey,
    @Param('id') id: string,
    @Body(bodyValidation) body: AlertReason,
  ): Promise<AlertView> {
    return this.alerts.acknowledge(key, id, body);
  }
}
