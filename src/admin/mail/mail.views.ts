import { IsIn, IsOptional, Matches } from 'class-validator';
import { Field } from '../../http/field.decorator.js';
import { PageLimit } from '../../http/page-limit.decorator.js';

export const mailStatuses = ['waiting', 'sent', 'dead', 'erased'] as const;

export class MailQuery {
  @Field('Only messages in this state')
  @IsOptional()
  @IsIn(mailStatuses)
  status?: (typeof mailStatuses)[number];

  @Field('Only messages about this connected account', { example: 'acct_1' })
  @IsOptional()
  @Matches(/^\w{1,255}$/, { message: 'account must be the id of an account' })
  account?: string;

  @PageLimit()
  limit?: number;

  @Field('`next` of the page before')
  @IsOptional()
  @Matches(/^\d{1,18}$/, { message: 'after must be the `next` of a page' })
  after?: string;
}

/** What is said with a change. */
export class MailRetry {
  @IsOptional()
  @Matches(/^[^\0]{1,500}$/s, { message: 'reason must be a text of 1 to 500 characters' })
  @Field('Why, for the audit log')
  reason?: string;
}

/** A message without its text, which may be personal. */
export class MailView {
  @Field('Id of the message')
  id: string;

  @Field('What it is about, in full', { example: 'payout.failed/po_1/acct_1' })
  key: string;

  @Field('What kind of message it is', { example: 'payout.failed' })
  kind: string;

  @Field('The connected account it is about', { type: String, nullable: true })
  account: string | null;

  @Field('To whom it goes')
  recipient: string;

  @Field('Its subject')
  subject: string;

  @Field('Its Message-ID, the same on every attempt')
  messageId: string;

  @Field('`dead` was given up; `erased` before it was sent', { enum: mailStatuses })
  status: (typeof mailStatuses)[number];

  @Field('Attempts made')
  attempts: number;

  @Field('When it is tried next', { type: Date, nullable: true })
  nextAttemptAt: Date | null;

  @Field('What went wrong last', { type: String, nullable: true })
  lastError: string | null;

  @Field('When it was put in')
  createdAt: Date;

  @Field('When the mail server took it', { type: Date, nullable: true })
  sentAt: Date | null;
}

export class MailPage {
  @Field('Newest first', { type: [MailView] })
  data: MailView[];

  @Field('For `after`, where there are more', { type: String, nullable: true })
  next: string | null;
}
