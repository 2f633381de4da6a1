import { Controller, Get, Query } from '@nestjs/common';
import { IsIn, IsOptional } from 'class-validator';
import { DataSource } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { Text } from '../../admin-access/text.decorator.js';
import { Described } from '../../http/described.decorator.js';
import { Field } from '../../http/field.decorator.js';
import { queryValidation } from '../../http/request-validation.js';
import { type DecisionFilter, listDecisions } from '../decision-queries.js';
import { DecisionPage } from './decision.answer.js';
import { PageLimit } from '../../http/page-limit.decorator.js';
import { pageOf } from '../../http/page.js';

export class DecisionQuery implements DecisionFilter {
  @Field('What Stripe applied, compared with what was answered')
  @IsOptional()
  @IsIn(['pending', 'match', 'mismatch'])
  outcome?: string;

  @Field('Id of the card', { example: 'ic_1' })
  @IsOptional()
  @Text(1, 255)
  card?: string;

  @Field('Id of the authorization', { example: 'iauth_1' })
  @IsOptional()
  @Text(1, 255)
  authorization?: string;

  @PageLimit()
  limit?: number;

  @Field('Event id of the last decision of the page before')
  @IsOptional()
  @Text(1, 255)
  after?: string;
}

@Controller('admin/issuing/decisions')
export class DecisionsController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List the decisions on authorizations', {
    description: 'Newest first. Amounts are in the smallest unit of `currency`.',
    answer: DecisionPage,
    problems: { 400: ['query_invalid'] },
  })
  async list(
    @Admin() { accounts }: AdminKey,
    @Query(queryValidation) query: DecisionQuery,
  ): Promise<DecisionPage> {
    const { outcome, card, authorization, after, limit = 50 } = query;
    const rows = await listDecisions((text, values) => this.dataSource.query(text, values), {
      outcome,
      card,
      authorization,
      accounts,
      after,
      limit: limit + 1,
    });
    return pageOf(rows, limit, ({ eventId }) => eventId);
  }
}
