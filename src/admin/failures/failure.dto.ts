import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { Reason } from '../../admin-access/reason.decorator.js';
import { Text } from '../../admin-access/text.decorator.js';
import { DEFAULT_RATE_PER_SECOND, MAX_RATE_PER_SECOND } from '../../event-replay/replays.js';
import { Field } from '../../http/field.decorator.js';
import { failureStates } from './failure.view.js';
import { PageLimit } from '../../http/page-limit.decorator.js';

export class FailureQuery {
  @IsOptional()
  @Matches(/^[a-z][\w.-]{0,99}$/i, { message: 'handler must be the id of a handler' })
  @Field('Groups of this handler', { example: 'orders.fulfil' })
  handler?: string;

  @IsOptional()
  @IsIn([...failureStates, 'all'])
  @Field('What operators made of them', { default: 'open' })
  state?: (typeof failureStates)[number] | 'all';

  @PageLimit()
  limit?: number;

  @IsOptional()
  @Matches(/^[a-z][\w.-]{0,99}:[0-9a-f]{16}$/i, { message: 'after must be the `next` of a page' })
  @Field('The `next` of the page before')
  after?: string;
}

export class FailureNote {
  @IsOptional()
  @Text(1, 500)
  @Field('Stays with the group until another takes its place', {
    example: 'carrier answers again since 14:00',
  })
  note?: string;
}

export class FailureReplay {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_RATE_PER_SECOND)
  @Field('Runs per second, at most', { default: DEFAULT_RATE_PER_SECOND })
  ratePerSecond?: number;

  @Reason()
  reason?: string;
}

/** There is nothing to choose; what is sent all the same is refused. */
export class NoFailureQuery {}
