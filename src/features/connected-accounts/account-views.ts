import { Field } from '../../http/field.decorator.js';

/** What an account is made of, as it is kept and as the admin routes tell it. */

export class OpenRequirements {
  @Field('Needed before the deadline', { type: [String] }) currentlyDue: string[];
  @Field('Was needed before a deadline that has passed', { type: [String] }) pastDue: string[];
  @Field('Handed in and being checked', { type: [String] }) pendingVerification: string[];
}

export class CapabilityRequirements extends OpenRequirements {
  @Field('When what is currently due becomes past due', { type: String, nullable: true, format: 'date-time' })
  currentDeadline: string | null;

  @Field("Stripe's reason for what is disabled", { type: String, nullable: true })
  disabledReason: string | null;
}

export class AccountRequirements extends CapabilityRequirements {
  @Field('Needed at some time', { type: [String] }) eventuallyDue: string[];
}

export class CapabilityView {
  @Field('Name', { example: 'card_payments' }) name: string;
  @Field('Status', { example: 'active' }) status: string;
  @Field('When Stripe said so', { format: 'date-time' }) asOf: string;

  @Field('What it needs, where an event of its own has told', {
    type: CapabilityRequirements,
    optional: true,
  })
  requirements?: CapabilityRequirements;
}

export class PersonView {
  @Field('Id', { example: 'person_1' }) id: string;
  @Field('Status of the verification', { type: String, nullable: true }) verification: string | null;
  @Field('When Stripe said so', { format: 'date-time' }) asOf: string;
  @Field('What Stripe wants to know', { type: OpenRequirements }) requirements: OpenRequirements;
}

export class PayoutFailure {
  @Field('Id of the payout', { example: 'po_1' }) payout: string;
  @Field("Stripe's code", { type: String, nullable: true, example: 'account_closed' }) code: string | null;
}

/** Of an external account that only a failed payout has named, nothing else is known. */
export class ExternalAccountView {
  @Field('Id', { example: 'ba_1' }) id: string;
  @Field('`bank_account` or `card`', { type: String, nullable: true }) type: string | null;
  @Field('Bank or brand', { type: String, nullable: true }) name: string | null;
  @Field('Last four digits', { type: String, nullable: true }) last4: string | null;
  @Field('Country', { type: String, nullable: true }) country: string | null;
  @Field('Currency', { type: String, nullable: true }) currency: string | null;

  @Field('Whether payouts in its currency go there', { type: Boolean, nullable: true })
  defaultForCurrency: boolean | null;

  @Field("Stripe's status", { type: String, nullable: true }) status: string | null;
  @Field('When Stripe said so', { format: 'date-time' }) asOf: string;
  @Field('Whether Stripe pays nothing out to it until it is updated') failing: boolean;

  @Field('The payout that failed since its last update', { type: PayoutFailure, nullable: true })
  payoutFailure: PayoutFailure | null;
}

/** Why somebody should look at an account. */
export const attentions = [
  'charges_disabled',
  'payouts_disabled',
  'requirements_past_due',
  'requirements_currently_due',
  'person_requirements',
  'capability_inactive',
  'external_account_failing',
] as const;
export type Attention = (typeof attentions)[number];
