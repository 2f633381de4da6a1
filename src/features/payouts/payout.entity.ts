import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Field } from '../../http/field.decorator.js';

/** Every state that Stripe has for a payout. */
export const payoutStatuses = ['pending', 'in_transit', 'paid', 'failed', 'canceled'] as const;

/** Postgres hands a bigint over as text; amounts came as JSON numbers, so they fit one. */
const amount = { from: Number, to: (value: number) => value };

/** A payout as its newest event describes it. */
@Entity('payout')
export class Payout {
  @Field('Id of the payout', { example: 'po_1' })
  @PrimaryColumn('text')
  id: string;

  @Field("Connected account; empty for the platform's own", { example: 'acct_1' })
  @PrimaryColumn('text')
  account: string;

  @Field('Whether it is real money')
  @Column('boolean')
  livemode: boolean;

  @Field('How far it has come: pending, in_transit, paid, failed or canceled')
  @Column('text')
  status: string;

  @Field("In the currency's smallest unit", { type: Number })
  @Column('bigint', { transformer: amount })
  amount: number;

  @Field('Three-letter code in lower case', { example: 'usd' })
  @Column('text')
  currency: string;

  @Field('When it was made')
  @Column('timestamptz')
  created: Date;

  @Field('When it should arrive; the day counts, in UTC')
  @Column('timestamptz', { name: 'arrival_date' })
  arrivalDate: Date;

  @Field('The bank account or card it goes to', { type: String, nullable: true })
  @Column('text', { nullable: true })
  destination: string | null;

  @Field('Why it failed, as a code', { type: String, nullable: true })
  @Column('text', { name: 'failure_code', nullable: true })
  failureCode: string | null;

  @Field('Why it failed, in words', { type: String, nullable: true })
  @Column('text', { name: 'failure_message', nullable: true })
  failureMessage: string | null;

  @Field('When Stripe made the event that this is from')
  @Column('timestamptz', { name: 'event_created' })
  eventCreated: Date;
}
