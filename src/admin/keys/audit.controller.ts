import { Controller, Get, Query } from '@nestjs/common';
import { IsOptional, Matches } from 'class-validator';
import { DataSource } from 'typeorm';
import { AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { type AuditFilter, type AuditRow, listAudit } from '../../admin-access/audit-queries.js';
import { Instant } from '../../admin-access/instant.decorator.js';
import { Text } from '../../admin-access/text.decorator.js';
import { Described } from '../../http/described.decorator.js';
import { Field } from '../../http/field.decorator.js';
import { pageOf } from '../../http/page.js';
import { queryValidation } from '../../http/request-validation.js';
import { ID, PageQuery } from './keys.dto.js';

export class AuditQuery extends PageQuery implements Omit<AuditFilter, 'limit'> {
  @Field('Id of the admin key', { example: '3' })
  @IsOptional()
  @Matches(ID, { message: 'key must be the id of an admin key' })
  key?: string;

  @Field('What was done', { example: 'admin_key.create' })
  @IsOptional()
  @Text(1, 100)
  action?: string;

  @Field('What it was done to, in full', { example: '3' })
  @IsOptional()
  @Text(1, 500)
  target?: string;

  @Field('Done at this time or later')
  @IsOptional()
  @Instant()
  from?: string;

  @Field('Done before this time')
  @IsOptional()
  @Instant()
  before?: string;
}

export class AuditEntryView implements AuditRow {
  @Field('Id of the entry', { example: '17' })
  id: string;

  @Field('When')
  at: Date;

  @Field('Id of the admin key', { example: '3' })
  keyId: string;

  @Field('Name of the admin key', { example: 'on-call' })
  keyName: string;

  @Field('What was done', { example: 'admin_key.create' })
  action: string;

  @Field('What it was done to', { example: '4' })
  target: string;

  @Field('Why, in the words of who did it', { type: String, nullable: true })
  reason: string | null;

  @Field('What came of it', { type: Object })
  details: object;
}

export class AuditPage {
  @Field('Newest first', { type: [AuditEntryView] })
  data: AuditEntryView[];

  @Field('For `after`', { type: String, nullable: true })
  next: string | null;
}

@Controller('admin/audit')
export class AuditController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  @AdminRoute('admin')
  @Described('List what operators changed', { answer: AuditPage, problems: { 400: ['query_invalid'] } })
  async list(@Query(queryValidation) { limit = 50, ...filter }: AuditQuery): Promise<AuditPage> {
    const rows = await listAudit(this.dataSource.manager, { ...filter, limit: limit + 1 });
    return pageOf(rows, limit, ({ id }) => id);
  }
}
