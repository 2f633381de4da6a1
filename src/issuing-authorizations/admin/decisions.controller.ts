import { Controller, Get, Query } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min } from 'class-validator';
import { DataSource } from 'typeorm';
import { AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { requestValidation } from '../../http/request-validation.js';
import { type DecisionFilter, type DecisionRow, listDecisions } from '../decision-queries.js';

const validation = requestValidation('query_invalid', 'The query has wrong parameters: see `errors`.');

export class DecisionQuery implements DecisionFilter {
  @IsOptional()
  @IsIn(['pending', 'match', 'mismatch'])
  outcome?: string;

  @IsOptional()
  @IsString()
  @Length(1, 255)
  card?: string;

  @IsOptional()
  @IsString()
  @Length(1, 255)
  authorization?: string;

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  /** Event id of the last decision of the page before. */
  @IsOptional()
  @IsString()
  @Length(1, 255)
  after?: string;
}

@Controller('admin/issuing/decisions')
export class DecisionsController {
  constructor(private readonly dataSource: DataSource) {}

  /** Newest first. */
  @Get()
  @AdminRoute('read')
  async list(@Query(validation) query: DecisionQuery): Promise<{ data: DecisionRow[]; next: string | null }> {
    const { outcome, card, authorization, after, limit = 50 } = query;
    const rows = await listDecisions((text, values) => this.dataSource.query(text, values), {
      outcome,
      card,
      authorization,
      after,
      limit: limit + 1,
    });
    const data = rows.slice(0, limit);
    return { data, next: rows.length > limit ? (data.at(-1)?.eventId ?? null) : null };
  }
}
