import { IsBoolean, IsOptional, Matches } from 'class-validator';
import { Text } from '../../admin-access/text.decorator.js';
import type { ErasureSubject } from '../../event-erasure/erasure-subject.js';
import { Field } from '../../http/field.decorator.js';
import { Problem } from '../../http/problem.js';

const idOf = (prefix: string, name: string) =>
  Matches(new RegExp(`^${prefix}_\\w{1,250}$`), {
    message: `${name} must be an id such as ${prefix}_Q1w2E3r4`,
  });

/** Whose data is to go: `customer`, or `customer` with `account`, or `account`, or `event`. */
export class NewErasureBody {
  @Field('The customer; with `account`, one of this connected account', { example: 'cus_Q1w2E3r4' })
  @IsOptional()
  @idOf('cus', 'customer')
  customer?: string;

  @Field('Without `customer`: everything about this connected account, its customers included')
  @IsOptional()
  @idOf('acct', 'account')
  account?: string;

  @Field('Only this event')
  @IsOptional()
  @idOf('evt', 'event')
  event?: string;

  @Field('Why, for the audit log. It stays: do not name the person', { example: 'request 4711' })
  @Text(1, 500)
  reason: string;

  @Field('Only say how many events would be erased', { default: false })
  @IsOptional()
  @IsBoolean()
  dryRun?: boolean;
}

/** What an erasure would do. */
export class ErasureDryRun {
  @Field('That nothing was done') dryRun: true;
  @Field('Events that would be erased') events: number;
}

/** @throws Problem 400 `body_invalid` when it names nobody, or two at once */
export function subjectOf(body: NewErasureBody): ErasureSubject {
  const [customer, account, event] = [body.customer, body.account, body.event].map((id) => id ?? undefined);
  const named = (event !== undefined ? 1 : 0) + ((customer ?? account) !== undefined ? 1 : 0);
  if (named === 1) return { customer, account, event };
  const problems = ['name a customer (and the account it belongs to), an account, or an event'];
  throw new Problem(400, 'body_invalid', 'The body has wrong fields: see `errors`.', {
    extra: { errors: [{ field: 'customer', problems }] },
  });
}
