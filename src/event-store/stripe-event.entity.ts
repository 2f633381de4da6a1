import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One Stripe event, stored once and never changed, unless it is erased. `payload` is the body as Stripe sent it. */
@Entity('stripe_event')
export class StripeEvent {
  @PrimaryColumn('text')
  id: string;

  @PrimaryColumn('timestamptz')
  created: Date;

  @Column('timestamptz', { name: 'received_at' })
  receivedAt: Date;

  @Column('text')
  kind: 'snapshot' | 'thin';

  @Column('text')
  source: 'direct' | 'connect' | 'issuing';

  @Column('text', { nullable: true })
  account: string | null;

  @Column('text', { nullable: true })
  context: string | null;

  @Column('boolean')
  livemode: boolean;

  @Column('text')
  type: string;

  @Column('text', { name: 'api_version', nullable: true })
  apiVersion: string | null;

  @Column('text', { name: 'object_id', nullable: true })
  objectId: string | null;

  @Column('text', { name: 'object_type', nullable: true })
  objectType: string | null;

  /** Ids of other objects in its data. */
  @Column('text', { name: 'related_ids', array: true })
  relatedIds: string[];

  @Column('text', { name: 'signed_with' })
  signedWith: string;

  @Column('text')
  payload: string;

  /** When its payload was overwritten with what says nothing of a person: see docs/privacy.md. */
  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt: Date | null;
}
