import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Field } from '../../http/field.decorator.js';

export const noticeKinds = ['payout.created', 'payout.failed', 'payout.failed.platform'] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export const noticeOutcomes = ['mailed', 'no_address', 'too_late'] as const;
export type NoticeOutcome = (typeof noticeOutcomes)[number];

/** Whether somebody was told of a payout, and if not, why. */
@Entity('payout_notice')
export class PayoutNotice {
  @PrimaryColumn('text')
  payout: string;

  @PrimaryColumn('text')
  account: string;

  @Field('What it is about, and to whom: to the account holder, or to the platform', { enum: noticeKinds })
  @PrimaryColumn('text')
  kind: NoticeKind;

  @Field('`mailed` is in the outbox: see GET /admin/mail', { enum: noticeOutcomes })
  @Column('text')
  outcome: NoticeOutcome;

  @Field('Why nobody was told', { type: String, nullable: true })
  @Column('text', { nullable: true })
  detail: string | null;

  @Field('When that was decided')
  @Column('timestamptz')
  at: Date;
}
