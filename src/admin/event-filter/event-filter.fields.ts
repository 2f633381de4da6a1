import { IsIn, IsOptional, Matches } from 'class-validator';
import { Instant } from '../../admin-access/instant.decorator.js';
import { Text } from '../../admin-access/text.decorator.js';
import type { EventFilter } from '../../event-store/event-filter.js';
import { Field } from '../../http/field.decorator.js';

export const eventSources = ['direct', 'connect', 'issuing'] as const;

/** Which events, in all requests that ask for some; each adds the conditions that mean something of its own there. */
export class EventFilterFields {
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

  @Field('Earliest time of arrival', { format: 'date-time' })
  @IsOptional()
  @Instant()
  receivedFrom?: string;

  @Field('Time before which it arrived', { format: 'date-time' })
  @IsOptional()
  @Instant()
  receivedBefore?: string;

  @Field('Any id, in full: of the event, its object, its account, or another object in its data', {
    example: 'cus_Q1w2E3r4',
  })
  @IsOptional()
  @Text(1, 255)
  id?: string;
}

const times = ['createdFrom', 'createdBefore', 'receivedFrom', 'receivedBefore'] as const;
type Time = (typeof times)[number];

/** The same with times as such; what is absent or `null` is left out. */
export function eventFilter<T extends EventFilterFields>(fields: T): Omit<T, Time> & Pick<EventFilter, Time> {
  const entries = Object.entries(fields).flatMap(([name, value]: [string, unknown]) => {
    if (value === undefined || value === null) return [];
    return [[name, times.some((time) => time === name) ? new Date(value as string) : value]];
  });
  return Object.fromEntries(entries) as Omit<T, Time> & Pick<EventFilter, Time>;
}
