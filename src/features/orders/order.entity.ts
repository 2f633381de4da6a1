import { Column, Entity, PrimaryColumn } from 'typeorm';
import { Field } from '../../http/field.decorator.js';
import type { OrderParts } from './order-fact.js';
import type { Buyer } from './order-news.js';
import {
  type FulfilmentState,
  fulfilmentStates,
  OrderDispute,
  OrderFailure,
  type OrderState,
  orderStates,
} from './order-views.js';
import type { Told } from './told.js';

/** Postgres hands a bigint over as text; amounts came as JSON numbers, so they fit one. */
const amount = { from: (value: string | null) => value && Number(value), to: (value: unknown) => value };

/** One payment, as all events about it describe it: see docs/orders.md. */
@Entity('payment_order')
export class Order {
  @Field('Id of the payment intent, or of the Checkout session where there was nothing to pay', {
    example: 'pi_1',
  })
  @PrimaryColumn('text')
  id: string;

  @Field("Connected account; empty for the platform's own payments", { example: 'acct_1' })
  @PrimaryColumn('text')
  account: string;

  @Field('Live or test mode')
  @PrimaryColumn('boolean')
  livemode: boolean;

  @Field('Where it stands', { enum: orderStates })
  @Column('text')
  state: OrderState;

  @Field('What is to be done, or was done', { enum: fulfilmentStates })
  @Column('text')
  fulfilment: FulfilmentState;

  @Field("What was received, or is asked for until then, in the currency's smallest unit", {
    type: Number,
    nullable: true,
  })
  @Column('bigint', { nullable: true, transformer: amount })
  amount: number | null;

  @Field('How much of it went back', { type: Number })
  @Column('bigint', { name: 'amount_refunded', transformer: amount })
  amountRefunded: number;

  @Field('Three-letter code in lower case', { type: String, nullable: true, example: 'usd' })
  @Column('text', { nullable: true })
  currency: string | null;

  @Field('Id of the customer', { type: String, nullable: true, example: 'cus_1' })
  @Column('text', { nullable: true })
  customer: string | null;

  @Field('Id of the Checkout session', { type: String, nullable: true, example: 'cs_1' })
  @Column('text', { name: 'checkout_session', nullable: true })
  checkoutSession: string | null;

  @Field('`client_reference_id` of the Checkout session', { type: String, nullable: true })
  @Column('json', { nullable: true })
  reference: string | null;

  @Field('Metadata of the payment intent and the Checkout session', { json: true })
  @Column('json')
  metadata: Record<string, string>;

  @Field('Why the last attempt to pay failed', { type: OrderFailure, nullable: true })
  @Column('json', { nullable: true })
  failure: OrderFailure | null;

  @Field('By id', { type: [OrderDispute] })
  @Column('json')
  disputes: OrderDispute[];

  @Field('When it began')
  @Column('timestamptz', { name: 'created_at' })
  createdAt: Date;

  @Field('When Stripe made the newest event about it')
  @Column('timestamptz', { name: 'updated_at' })
  updatedAt: Date;

  @Field('When it was paid, where Stripe has said so', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'paid_at', nullable: true })
  paidAt: Date | null;

  @Field('When it was fulfilled', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'fulfilled_at', nullable: true })
  fulfilledAt: Date | null;

  @Field('When that was taken back', { type: Date, nullable: true })
  @Column('timestamptz', { name: 'reversed_at', nullable: true })
  reversedAt: Date | null;

  /** What the rest follows from, save for who buys. */
  @Column('json', { select: false })
  parts: OrderParts;

  @Column('json', { select: false })
  buyer: { payment?: Told<Buyer>; session?: Told<Buyer> };
}
