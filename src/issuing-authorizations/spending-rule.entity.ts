import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { Field } from '../http/field.decorator.js';

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
  @Field('Id of the rule')
  @PrimaryGeneratedColumn({ type: 'bigint' })
  id: string;

  @Field('What it is called')
  @Column('text')
  name: string;

  @Field('Whether it applies')
  @Column('boolean', { default: true })
  enabled: boolean;

  @Field('Whether it is for live authorizations or for test ones')
  @Column('boolean')
  livemode: boolean;

  @Field('What its totals are counted for', { enum: ruleScopes })
  @Column('text')
  scope: (typeof ruleScopes)[number];

  @Field('One card or cardholder; `null`: each of them, counted apart', { type: String, nullable: true })
  @Column('text', { name: 'scope_id', nullable: true })
  scopeId: string | null;

  @Field('Its amounts concern only authorizations in this currency', { type: String, nullable: true })
  @Column('text', { nullable: true })
  currency: string | null;

  @Field('Most for a single authorization, with all its increments', { type: Number, nullable: true })
  @Column('bigint', { name: 'max_amount', nullable: true, transformer: amount })
  maxAmount: number | null;

  @Field('What the totals are counted over; days are in UTC', { enum: rulePeriods, nullable: true })
  @Column('text', { nullable: true })
  period: RulePeriod | null;

  @Field('Most for all authorizations of a period', { type: Number, nullable: true })
  @Column('bigint', { name: 'max_total', nullable: true, transformer: amount })
  maxTotal: number | null;

  @Field('Most authorizations in a period', { type: Number, nullable: true })
  @Column('integer', { name: 'max_count', nullable: true })
  maxCount: number | null;

  @Field('Only these merchant categories, by name (`bakeries`) or code (`5462`)', {
    type: [String],
    nullable: true,
  })
  @Column('text', { name: 'allowed_categories', array: true, nullable: true })
  allowedCategories: string[] | null;

  @Field('None of these merchant categories', { type: [String], nullable: true })
  @Column('text', { name: 'blocked_categories', array: true, nullable: true })
  blockedCategories: string[] | null;

  @Field('Only merchants in these countries, such as `DE`', { type: [String], nullable: true })
  @Column('text', { name: 'allowed_countries', array: true, nullable: true })
  allowedCountries: string[] | null;

  @Field('No merchant in these countries', { type: [String], nullable: true })
  @Column('text', { name: 'blocked_countries', array: true, nullable: true })
  blockedCountries: string[] | null;

  @Field('Only these authorization methods, such as `chip`', { type: [String], nullable: true })
  @Column('text', { name: 'allowed_methods', array: true, nullable: true })
  allowedMethods: string[] | null;

  @Field('None of these authorization methods', { type: [String], nullable: true })
  @Column('text', { name: 'blocked_methods', array: true, nullable: true })
  blockedMethods: string[] | null;

  @Field('Only with the card present or not: `present`, `not_present`', { type: [String], nullable: true })
  @Column('text', { name: 'allowed_presence', array: true, nullable: true })
  allowedPresence: string[] | null;

  @Field('Not with the card present, or not', { type: [String], nullable: true })
  @Column('text', { name: 'blocked_presence', array: true, nullable: true })
  blockedPresence: string[] | null;

  @Field('When it was made')
  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt: Date;

  @Field('When it was last changed')
  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt: Date;
}
