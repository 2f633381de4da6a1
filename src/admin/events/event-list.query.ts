import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { Text } from '../../admin-access/text.decorator.js';
import type { EventFilter } from '../../event-store/event-filter.js';
import { type RunStatus, runStatuses } from '../../event-store/run-status.js';
import { Field } from '../../http/field.decorator.js';
import { PageLimit } from '../../http/page-limit.decorator.js';
import { EventFilterFields, eventFilter } from '../event-filter/event-filter.fields.js';

/** Which page of a list. */
export class PageQuery {
  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @Text(1, 500)
  after?: string;
}

/** Which events, and which page of them; all conditions must be true. With a time of arrival, the list goes by it. */
export class EventListQuery extends EventFilterFields implements PageQuery {
  @Field('Live mode, or test mode')
  @IsOptional()
  @Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean({ message: 'livemode must be true or false' })
  livemode?: boolean;

  @Field('A handler whose latest run for the event is in this state')
  @IsOptional()
  @IsIn(runStatuses)
  status?: RunStatus;

  @Field('A handler that the event has a run of; with `status`, it is the state of this one')
  @IsOptional()
  @Text(1, 100)
  handler?: string;

  @Field('Group of errors that such a run, retrying or dead, has: see the failures')
  @IsOptional()
  @Text(1, 255)
  fingerprint?: string;

  @Field('Adds how many events match: counted, or as the database believes')
  @IsOptional()
  @IsIn(['exact', 'estimate'])
  count?: 'exact' | 'estimate';

  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @Text(1, 500)
  after?: string;
}

/** @param accounts - to which the key is restricted */
export function filterOf(
  { count: _count, limit: _limit, after: _after, ...conditions }: EventListQuery,
  accounts: readonly string[] | null,
): EventFilter {
  return { ...eventFilter(conditions), accounts: accounts ?? undefined };
}
