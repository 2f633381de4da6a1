import { IsIn, IsOptional, Matches } from 'class-validator';
import { Field } from '../../http/field.decorator.js';
import { PageLimit } from '../../http/page-limit.decorator.js';

const yesOrNo = ['true', 'false'] as const;
type YesOrNo = (typeof yesOrNo)[number];

class ConnectedAccountsPaging {
  @PageLimit()
  limit?: number;
}

export class ConnectedAccountsQuery extends ConnectedAccountsPaging {
  @Field('Only accounts that somebody should look at, or only the others')
  @IsOptional()
  @IsIn(yesOrNo)
  needsAttention?: YesOrNo;

  @Field('Only live or only test mode')
  @IsOptional()
  @IsIn(yesOrNo)
  livemode?: YesOrNo;

  @Field('`next` of the page before')
  @IsOptional()
  @Matches(/^\w{1,255}:(live|test)$/, { message: 'after must be `next` of the page before' })
  after?: string;
}

export class ConnectedAccountQuery extends ConnectedAccountsPaging {
  @Field('Live or test mode; default: live if the account is known there, else test')
  @IsOptional()
  @IsIn(yesOrNo)
  livemode?: YesOrNo;

  @Field('`next` of the page of its history before')
  @IsOptional()
  @Matches(/^\d{1,11}:\w{1,255}$/, { message: 'after must be `next` of the page before' })
  after?: string;
}
