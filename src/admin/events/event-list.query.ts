import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional, Matches } from 'class-validator';
import { Instant } from '../../admin-access/instant.decorator.js';
import { Text } from '../../admin-access/text.decorator.js';
import { type RunStatus, runStatuses } from '../../event-store/event-queries.js';
import type { EventFilter } from '../../event-store/event-search.js';
import { Field } from '../../http/field.decorator.js';
import { PageLimit } from '../../http/page-limit.decorator.js';

export const eventSources = ['direct', 'connect', 'issuing'] as const;

/** Which page of a list. */
export class PageQuery {
  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @Text(1, 500)
  after?: string;
}

/** Which events; all conditions must be true. */
export class EventListQuery extends PageQuery {
  @Field('Type, or everything below a prefix', { example: 'payment_intent.*' })
  @IsOptional()
  @Matches(/^[\w.[\]-]{1,255}(?:\.\*)?$/, {
    message: 'type must be an event type such as payout.paid, or a prefix such as payment_intent.*',
  })
  type?: string;

  @Field('Where it came in')
  @IsOptional()
  @IsIn(eventSources)
  source?: EventFilter['source'];

  @Field('Connected account', { example: 'acct_1TestConnected' })
  @IsOptional()
  @Text(1, 255)
  account?: string;

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

  @Field('Object that the event is about', { example: 'pi_3Q1w2e3r4t' })
  @IsOptional()
  @Text(1, 255)
  object?: string;

  @Field("Earliest time of Stripe's `created`", { format: 'date-time' })
  @IsOptional()
  @Instant()
  createdFrom?: string;

  @Field("Time before which Stripe's `created` is", { format: 'date-time' })
  @IsOptional()
  @Instant()
  createdBefore?: string;

  @Field('Earliest time of arrival; the list is then sorted by time of arrival', { format: 'date-time' })
  @IsOptional()
  @Instant()
  receivedFrom?: string;

  @Field('Time before which it arrived; the list is then sorted by time of arrival', { format: 'date-time' })
  @IsOptional()
  @Instant()
  receivedBefore?: string;

  @Field('Any id, in full: of the event, its object, its account, or another object in its data', {
    example: 'cus_Q1w2E3r4',
  })
  @IsOptional()
  @Text(1, 255)
  id?: string;

  @Field('Adds how many events match: counted, or as the database believes')
  @IsOptional()
  @IsIn(['exact', 'estimate'])
  count?: 'exact' | 'estimate';
}

/** @param accounts - to which the key is restricted */
export function filterOf(
  { createdFrom, createdBefore, receivedFrom, receivedBefore, ...query }: EventListQuery,
  accounts: readonly string[] | null,
): EventFilter {
  const { type, source, account, livemode, status, handler, fingerprint, object, id } = query;
  return {
    ...{ type, source, account, livemode, status, handler, fingerprint, object, id },
    accounts: accounts ?? undefined,
    createdFrom: timeOf(createdFrom),
    createdBefore: timeOf(createdBefore),
    receivedFrom: timeOf(receivedFrom),
    receivedBefore: timeOf(receivedBefore),
  };
}

const timeOf = (text: string | undefined): Date | undefined =>
  text === undefined ? undefined : new Date(text);
