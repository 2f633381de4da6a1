import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { Described } from '../../http/described.decorator.js';
import { bodyValidation, queryValidation } from '../../http/request-validation.js';
import { MailAdmin } from './mail.admin.js';
import { MailPage, MailQuery, MailRetry, MailView } from './mail.views.js';

@Controller('admin/mail')
export class MailController {
  constructor(private readonly mail: MailAdmin) {}

  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List outgoing mail', {
    description: 'Newest first, without the texts.',
    answer: MailPage,
    problems: { 400: ['query_invalid'] },
  })
  list(@Admin() key: AdminKey, @Query(queryValidation) query: MailQuery): Promise<MailPage> {
    return this.mail.list(key, query);
  }

  @Post(':id/retry')
  @HttpCode(200)
  @AdminRoute('replay', { restrictable: true })
  @Described('Try a dead message again', {
    description: 'With all its attempts before it, and the same Message-ID.',
    params: { id: 'Id of the message' },
    answer: MailView,
    problems: { 400: ['body_invalid'], 404: ['mail_not_found'], 409: ['mail_not_dead'] },
  })
  retry(
    @Admin() key: AdminKey,
    @Param('id') id: string,
    @Body(bodyValidation) body: MailRetry,
  ): Promise<MailView> {
    return this.mail.retry(key, id, body);
  }
}
