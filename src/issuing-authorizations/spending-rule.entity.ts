import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

export const ruleScopes = ['platform', 'cardholder', 'card'] as const;
export const rulePeriods = ['day', 'week', 'month'] as const;

export type RulePeriod = (typeof rulePeriods)[number];

/** Bigint columns arrive as text; amounts of money fit a number. */
const amount = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};

/** A limit that every approval must respect. Amounts are in the smallest unit of `currency`; days are in UTC. */
@Entity('spending_rule')
export class SpendingRule {
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Column('text')
  name: string;

  @Column('boolean', { default: true })
  enabled: boolean;

  @Column('boolean')
  livemode: boolean;

  @Column('text')
  scope: (typeof ruleScopes)[number];

  /** One card or cardholder; `null`: each of them, counted apart. */
  @Column('text', { name: 'scope_id', nullable: true })
  scopeId: string | null;

  /** The amounts of the rule concern only authorizations in this currency. */
  @Column('text', { nullable: true })
  currency: string | null;

  /** For a single authorization, with all its increments. */
  @Column('bigint', { name: 'max_amount', nullable: true, transformer: amount })
  maxAmount: number | null;

  @Column('text', { nullable: true })
  period: RulePeriod | null;

  /** For all authorizations of a period. */
  @Column('bigint', { name: 'max_total', nullable: true, transformer: amount })
  maxTotal: number | null;

  @Column('integer', { name: 'max_count', nullable: true })
  maxCount: number | null;

  /** Merchant categories, by name (`bakeries`) or code (`5462`). */
  @Column('text', { name: 'allowed_categories', array: true, nullable: true })
  allowedCategories: string[] | null;

  @Column('text', { name: 'blocked_categories', array: true, nullable: true })
  blockedCategories: string[] | null;

  @Column('text', { name: 'allowed_countries', array: true, nullable: true })
  allowedCountries: string[] | null;

  @Column('text', { name: 'blocked_countries', array: true, nullable: true })
  blockedCountries: string[] | null;

  @Column('text', { name: 'allowed_methods', array: true, nullable: true })
  allowedMethods: string[] | null;

  @Column('text', { name: 'blocked_methods', array: true, nullable: true })
  blockedMethods: string[] | null;

  @Column('text', { name: 'allowed_presence', array: true, nullable: true })
  allowedPresence: string[] | null;

  @Column('text', { name: 'blocked_presence', array: true, nullable: true })
  blockedPresence: string[] | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
