import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Field } from '../../http/field.decorator.js';
import type { AccountParts } from './account-summary.js';
import {
  AccountRequirements,
  type Attention,
  attentions,
  CapabilityView,
  ExternalAccountView,
  PersonView,
} from './account-views.js';

/** What is known of a connected account in one mode. What Stripe has not said yet is `null`. */
@Entity('connected_account')
export class ConnectedAccount {
  @Field('Id', { example: 'acct_1' })
  @PrimaryColumn('text')
  account: string;

  @Field('Live or test mode')
  @PrimaryColumn('boolean')
  livemode: boolean;

  @Field('Whether it can take charges', { type: Boolean, nullable: true })
  @Column('boolean', { name: 'charges_enabled', nullable: true })
  chargesEnabled: boolean | null;

  @Field('Whether it gets payouts', { type: Boolean, nullable: true })
  @Column('boolean', { name: 'payouts_enabled', nullable: true })
  payoutsEnabled: boolean | null;

  @Field('Whether it has handed in its details', { type: Boolean, nullable: true })
  @Column('boolean', { name: 'details_submitted', nullable: true })
  detailsSubmitted: boolean | null;

  @Field('What Stripe wants to know', { type: AccountRequirements, nullable: true })
  @Column('json', { nullable: true })
  requirements: AccountRequirements | null;

  @Field('Its capabilities', { type: [CapabilityView] })
  @Column('json')
  capabilities: CapabilityView[];

  @Field('Where its payouts go', { type: [ExternalAccountView] })
  @Column('json', { name: 'external_accounts' })
  externalAccounts: ExternalAccountView[];

  @Field('Persons with open requirements', { type: [PersonView] })
  @Column('json')
  persons: PersonView[];

  @Field('Why somebody should look at it; empty when nothing is wrong', { type: [String], enum: attentions })
  @Column('text', { array: true })
  attention: Attention[];

  @Field('When it was disconnected, unless it is connected again', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'deauthorized_at', nullable: true })
  deauthorizedAt: Date | null;

  @Field('When Stripe made the newest event that it sent', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'seen_at', nullable: true })
  seenAt: Date | null;

  /** Stripe's time of the newest disconnection. */
  @Column('timestamptz', { name: 'left_at', nullable: true, select: false })
  leftAt: Date | null;

  /** The newest state of each part: the rest follows from them. */
  @Column('json', { select: false })
  parts: AccountParts;
}
