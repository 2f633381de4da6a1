import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Whether the app is installed on an account, in live and in test mode apart. */
@Entity('app_installation')
export class AppInstallation {
  @PrimaryColumn('text')
  account: string;

  @PrimaryColumn('boolean')
  livemode: boolean;

  @Column('boolean')
  installed: boolean;

  @Column('text', { nullable: true })
  app: string | null;

  /** Stripe's time of the event that this state comes from: an older event never overwrites it. */
  @Column('timestamptz', { name: 'changed_at' })
  changedAt: Date;
}
