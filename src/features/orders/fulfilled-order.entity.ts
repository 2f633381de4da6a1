import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A paid order. Its primary key is what makes fulfilling it twice impossible, whatever delivers it. */
@Entity('fulfilled_order')
export class FulfilledOrder {
  @PrimaryColumn('text', { name: 'payment_intent_id' })
  paymentIntentId: string;

  /** Empty for the platform's own payments: a primary key cannot hold null. */
  @PrimaryColumn('text', { default: '' })
  account: string;

  /** In the currency's smallest unit. */
  @Column('bigint')
  amount: string;

  @Column('text')
  currency: string;

  @Column('text', { nullable: true })
  customer: string | null;

  @Column('boolean')
  livemode: boolean;

  @Column('timestamptz', { name: 'fulfilled_at', default: () => 'now()' })
  fulfilledAt: Date;
}
