import { IsIn, IsOptional, Matches } from 'class-validator';
import { Field } from '../../../http/field.decorator.js';
import { PageLimit } from '../../../http/page-limit.decorator.js';
import { type FulfilmentState, fulfilmentStates, type OrderState, orderStates } from '../order-views.js';

const yesOrNo = ['true', 'false'] as const;
type YesOrNo = (typeof yesOrNo)[number];

const message = 'after must be `next` of the page before';

class OrdersFilter {
  @Field('Only orders of this connected account', { example: 'acct_1' })
  @IsOptional()
  @Matches(/^\w{1,255}$/, { message: 'account must be the id of an account' })
  account?: string;

  @Field('Only live or only test mode')
  @IsOptional()
  @IsIn(yesOrNo)
  livemode?: YesOrNo;

  @PageLimit()
  limit?: number;
}

export class OrdersQuery extends OrdersFilter {
  @Field('Only orders in this state')
  @IsOptional()
  @IsIn(orderStates)
  state?: OrderState;

  @Field('Only orders of which this is to be done, or was done')
  @IsOptional()
  @IsIn(fulfilmentStates)
  fulfilment?: FulfilmentState;

  @Field('`next` of the page before')
  @IsOptional()
  @Matches(/^\d{1,11}:\w{1,255}:\w{0,255}:(live|test)$/, { message })
  after?: string;
}

export class OrderQuery extends OrdersFilter {
  @Field('`next` of the page of its history before')
  @IsOptional()
  @Matches(/^\d{1,11}:\w{1,255}$/, { message })
  after?: string;
}
