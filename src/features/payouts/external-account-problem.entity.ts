import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Field } from '../../http/field.decorator.js';

/**
 * What is known of a bank account or card that payouts go to. It holds the newest failure and the newest sign of recovery,
 * each by the time of its event; so whatever order they arrive in, the same comes out.
 */
@Entity('external_account_problem')
export class ExternalAccountProblem {
  @Field('The bank account or card', { example: 'ba_1' })
  @PrimaryColumn('text', { name: 'external_account' })
  externalAccount: string;

  @Field("Connected account; empty for the platform's own", { example: 'acct_1' })
  @PrimaryColumn('text')
  account: string;

  @Field('Whether it is about real money')
  @Column('boolean')
  livemode: boolean;

  @Field('Whether payouts to it may be held back until its details are changed')
  @Column('boolean')
  open: boolean;

  @Field('The payout that failed last', { type: String, nullable: true })
  @Column('text', { nullable: true })
  payout: string | null;

  @Field('Why, as a code', { type: String, nullable: true })
  @Column('text', { name: 'failure_code', nullable: true })
  failureCode: string | null;

  @Field('Why, in words', { type: String, nullable: true })
  @Column('text', { name: 'failure_message', nullable: true })
  failureMessage: string | null;

  @Field('When it failed last', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'failed_at', nullable: true })
  failedAt: Date | null;

  @Field('When a payout to it was paid, or its details changed', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'recovered_at', nullable: true })
  recoveredAt: Date | null;
}
