import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { ChangeReason } from '../../admin-access/change-reason.js';
import { Described } from '../../http/described.decorator.js';
import { pageOf } from '../../http/page.js';
import { bodyValidation, queryValidation } from '../../http/request-validation.js';
import { KeysAdmin } from './keys.admin.js';
import { AdminKeyPage, CreatedAdminKey, NewAdminKey, PageQuery } from './keys.dto.js';

@Controller('admin/keys')
export class KeysController {
  constructor(private readonly keys: KeysAdmin) {}

  @Get()
  @AdminRoute('admin')
  @Described('List admin keys', { answer: AdminKeyPage, problems: { 400: ['query_invalid'] } })
  async list(@Query(queryValidation) { limit = 50, after }: PageQuery): Promise<AdminKeyPage> {
    const keys = await this.keys.list(limit + 1, after);
    return pageOf(keys, limit, ({ id }) => id);
  }

  @Get('current')
  @AdminRoute('read', { restrictable: true })
  @Described('Show the key of this request', { answer: AdminKey })
  current(@Admin() key: AdminKey): AdminKey {
    return key;
  }

  @Post()
  @AdminRoute('admin')
  @Described('Make an admin key', {
    description: 'The answer has the key itself. It is not stored, and never shown again.',
    answer: CreatedAdminKey,
    problems: { 400: ['body_invalid'] },
  })
  create(@Admin() by: AdminKey, @Body(bodyValidation) wanted: NewAdminKey): Promise<CreatedAdminKey> {
    return this.keys.create(by, wanted);
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @AdminRoute('admin')
  @Described('Revoke an admin key', {
    description:
      'It is refused from then on. The last unrestricted key with the scope `admin` cannot be revoked.',
    params: { id: 'Id of the key' },
    answer: AdminKey,
    problems: { 400: ['body_invalid'], 404: ['key_not_found'], 409: ['last_admin_key'] },
  })
  revoke(
    @Admin() by: AdminKey,
    @Param('id') id: string,
    @Body(bodyValidation) { reason }: ChangeReason,
  ): Promise<AdminKey> {
    return this.keys.revoke(by, id, reason);
  }
}
