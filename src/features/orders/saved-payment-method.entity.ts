import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A payment method that a customer may pay with again. */
@Entity('saved_payment_method')
export class SavedPaymentMethod {
  @PrimaryColumn('text')
  id: string;

  @PrimaryColumn('text', { default: '' })
  account: string;

  @Column('text')
  customer: string;

  @Column('text')
  type: string;

  @Column('boolean')
  livemode: boolean;

  @Column('timestamptz', { name: 'saved_at', default: () => 'now()' })
  savedAt: Date;
}
