import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An order that was fulfilled. Its primary key is what makes fulfilling it twice impossible, whatever delivers it. */
@Entity('fulfilled_order')
export class FulfilledOrder {
  @PrimaryColumn('text', { name: 'order_id' })
  orderId: string;

  /** Empty for the platform's own payments: a primary key cannot hold null. */
  @PrimaryColumn('text', { default: '' })
  account: string;

  @PrimaryColumn('boolean')
  livemode: boolean;

  /** In the currency's smallest unit. */
  @Column('bigint')
  amount: string;

  @Column('text')
  currency: string;

  @Column('text', { nullable: true })
  customer: string | null;

  /** Id of the hook that did it; `null` where there was none. */
  @Column('text', { name: 'fulfilled_by', nullable: true })
  fulfilledBy: string | null;

  @Column('timestamptz', { name: 'fulfilled_at', default: () => 'now()' })
  fulfilledAt: Date;
}
