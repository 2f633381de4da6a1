import { IsOptional, Matches } from 'class-validator';
import { Field } from '../../../http/field.decorator.js';
import { ExternalAccountProblem } from '../external-account-problem.entity.js';
import { PageLimit } from '../../../http/page-limit.decorator.js';

export class PayoutProblemQuery {
  @Field('Only those of this connected account', { example: 'acct_1' })
  @IsOptional()
  @Matches(/^\w{1,255}$/, { message: 'account must be the id of an account' })
  account?: string;

  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @Matches(/^\w{1,255}$/, { message: 'after must be the `next` of a page' })
  after?: string;
}

export class PayoutProblemPage {
  @Field('By id', { type: [ExternalAccountProblem] })
  data: ExternalAccountProblem[];

  @Field('For `after`, where there are more', { type: String, nullable: true })
  next: string | null;
}
