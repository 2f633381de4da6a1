import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsIn, IsOptional, Matches } from 'class-validator';
import { AdminKey, type AdminScope, adminScopes } from '../../admin-access/admin-key.entity.js';
import { FutureInstant } from '../../admin-access/instant.decorator.js';
import { Reason } from '../../admin-access/reason.decorator.js';
import { Text } from '../../admin-access/text.decorator.js';
import { Field } from '../../http/field.decorator.js';
import { PageLimit } from '../../http/page-limit.decorator.js';

const MAX_ACCOUNTS = 500;

/** An id in the database, as it goes over the wire. */
export const ID = /^\d{1,18}$/;

/** A page of a list. */
export class PageQuery {
  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @Matches(ID, { message: 'after must be the `next` of the page before' })
  after?: string;
}

export class NewAdminKey {
  @Field('Who or what will use it', { example: 'on-call' })
  @Text(1, 100)
  name: string;

  @Field('What it may do')
  @IsIn(adminScopes)
  scope: AdminScope;

  @Field('Connected accounts that it is restricted to; `null`: not restricted', {
    type: [String],
    nullable: true,
    example: ['acct_1TestConnected'],
  })
  @IsOptional()
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(MAX_ACCOUNTS)
  @Matches(/^acct_[A-Za-z0-9_]{1,100}$/, {
    each: true,
    message: 'accounts must be ids of connected accounts: acct_…',
  })
  accounts?: string[] | null;

  @Field('Until when it is valid; `null`: without end', { type: String, nullable: true, format: 'date-time' })
  @IsOptional()
  @FutureInstant()
  expiresAt?: string | null;

  @Reason()
  reason?: string;
}

export class CreatedAdminKey extends AdminKey {
  @Field('The key itself. It is shown this once', { example: 'tpk_…' })
  key: string;
}

export class AdminKeyPage {
  @Field('Newest first', { type: [AdminKey] })
  data: AdminKey[];

  @Field('For `after`', { type: String, nullable: true })
  next: string | null;
}
