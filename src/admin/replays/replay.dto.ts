import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  IsArray,
  IsBoolean,
  IsDefined,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Reason } from '../../admin-access/reason.decorator.js';
import { Text } from '../../admin-access/text.decorator.js';
import { type ReplayStatus, ReplaySummary, replayStatuses } from '../../event-replay/replay-answer.js';
import { DEFAULT_RATE_PER_SECOND, MAX_RATE_PER_SECOND } from '../../event-replay/replays.js';
import { type RunStatus, runStatuses } from '../../event-store/run-status.js';
import { Field } from '../../http/field.decorator.js';
import { PageLimit } from '../../http/page-limit.decorator.js';
import { EventFilterFields } from '../event-filter/event-filter.fields.js';

const MAX_HANDLERS = 200;

/** Which events; all conditions must be true. The names are those of `GET /admin/events`. */
export class ReplayFilterBody extends EventFilterFields {
  @Field('Live mode, or test mode')
  @IsOptional()
  @IsBoolean()
  livemode?: boolean;

  @Field('Only runs, the latest of their handler, in this state')
  @IsOptional()
  @IsIn(runStatuses)
  status?: RunStatus;

  @Field('Only runs of this handler')
  @IsOptional()
  @Text(1, 100)
  handler?: string;

  @Field('Only runs, retrying or dead, of this group of errors: see the failures')
  @IsOptional()
  @Text(1, 255)
  fingerprint?: string;
}

/** What both kinds of replay have. */
class ReplayChoiceBody {
  @Field('Only these handlers; default: each that takes the event, or has a run of it', {
    type: [String],
    example: ['orders.fulfil'],
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_HANDLERS)
  @IsString({ each: true })
  @Length(1, 100, { each: true })
  handlers?: string[];

  @Field('Also make runs again that succeeded', { default: false })
  @IsOptional()
  @IsBoolean()
  includeSucceeded?: boolean;

  @Field('Also make the first run of a handler that has none: one that was added later', { default: false })
  @IsOptional()
  @IsBoolean()
  backfill?: boolean;

  @Reason()
  reason?: string;
}

export class EventReplayBody extends ReplayChoiceBody {}

export class NewReplayBody extends ReplayChoiceBody {
  @Field('Which events: `{}` for all. With `status`, `handler` or `fingerprint`, only the runs that match', {
    type: ReplayFilterBody,
  })
  @IsDefined()
  @IsObject()
  @ValidateNested()
  @Type(() => ReplayFilterBody)
  filter: ReplayFilterBody;

  @Field('Most runs per second', { default: DEFAULT_RATE_PER_SECOND })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_RATE_PER_SECOND)
  ratePerSecond?: number;

  @Field('Only say how many events match, and show the first', { default: false })
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}

/** Why a replay is paused, resumed or cancelled. */
export class ReplayOrderBody {
  @Reason()
  reason?: string;
}

export class ReplayListQuery {
  @Field('Only replays in this state')
  @IsOptional()
  @IsIn(replayStatuses)
  status?: ReplayStatus;

  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @Matches(/^\d{1,18}$/, { message: 'after must be the `next` of the page before' })
  after?: string;
}

export class ReplayPage {
  @Field('Newest first', { type: [ReplaySummary] }) data: ReplaySummary[];
  @Field('For `after`', { type: String, nullable: true }) next: string | null;
}

/** What is given: `null` is as good as absent. */
export function given<T extends object>(body: T): { [Name in keyof T]: Exclude<T[Name], null> } {
  const entries = Object.entries(body).filter(([, value]) => value !== null && value !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof T]: Exclude<T[Name], null> };
}
