import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator';
import { Field } from '../../../http/field.decorator.js';
import { ExternalAccountProblem } from '../external-account-problem.entity.js';
import { PayoutNotice } from '../payout-notice.entity.js';
import { Payout, payoutStatuses } from '../payout.entity.js';
import { PageLimit } from '../../../http/page-limit.decorator.js';

/** Ids as Stripe makes them. */
const ID = /^[A-Za-z0-9_]{1,255}$/;

export class PayoutQuery {
  @Field('Only payouts in this state')
  @IsOptional()
  @IsIn(payoutStatuses)
  status?: string;

  @Field('Only payouts of this connected account', { example: 'acct_1' })
  @IsOptional()
  @IsString()
  @Matches(ID)
  account?: string;

  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @IsString()
  @Length(1, 255)
  @Matches(ID)
  after?: string;
}

export class PayoutPage {
  @Field('Newest first', { type: [Payout] })
  data: Payout[];

  @Field('For `after`, where there are more', { type: String, nullable: true })
  next: string | null;
}

export class PayoutDetails extends Payout {
  @Field('Who was told of it', { type: [PayoutNotice] })
  notices: PayoutNotice[];

  @Field('What is wrong with where it goes, or was', { type: ExternalAccountProblem, nullable: true })
  destinationProblem: ExternalAccountProblem | null;
}
