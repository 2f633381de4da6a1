import { Field } from '../../http/field.decorator.js';

/** By how much they matter, most first: see docs/orders.md. */
export const orderStates = [
  'dispute_lost',
  'disputed',
  'refunded',
  'partially_refunded',
  'paid',
  'canceled',
  'failed',
  'processing',
  'open',
] as const;
export type OrderState = (typeof orderStates)[number];

export const fulfilmentStates = ['none', 'due', 'fulfilled', 'reversal_due', 'reversed'] as const;
export type FulfilmentState = (typeof fulfilmentStates)[number];

/** Why the last attempt to pay failed. */
export class OrderFailure {
  @Field('Code of the error', { type: String, nullable: true, example: 'card_declined' })
  code: string | null;

  @Field("The issuer's reason", { type: String, nullable: true, example: 'insufficient_funds' })
  declineCode: string | null;

  @Field('When')
  at: string;
}

export class OrderDispute {
  @Field('Id of the dispute', { example: 'du_1' }) id: string;
  @Field('Status at Stripe', { example: 'needs_response' }) status: string;
  @Field('What the buyer says', { example: 'fraudulent' }) reason: string;
  @Field("In the currency's smallest unit") amount: number;
  @Field('Three-letter code in lower case', { example: 'usd' }) currency: string;
  @Field('When Stripe told so') asOf: string;
}
