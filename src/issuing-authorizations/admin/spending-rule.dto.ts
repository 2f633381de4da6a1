import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { Reason } from '../../admin-access/reason.decorator.js';
import { Text } from '../../admin-access/text.decorator.js';
import { Field } from '../../http/field.decorator.js';
import { rulePeriods, ruleScopes, type SpendingRule } from '../spending-rule.entity.js';

const MAX_ENTRIES = 500;

/** A list of names, or `null` for no such condition. */
const NameList =
  (description: string): PropertyDecorator =>
  (target, property) => {
    for (const decorate of [
      Field(description, { type: [String], nullable: true }),
      IsOptional(),
      IsArray(),
      ArrayMaxSize(MAX_ENTRIES),
      IsString({ each: true }),
      Length(1, 100, { each: true }),
    ]) {
      decorate(target, property);
    }
  };

/** What a rule demands. Amounts are in the smallest unit of `currency`. */
class SpendingRuleFields {
  @Field('Whether it applies', { default: true })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;

  @Field('Three-letter code in lower case: its amounts concern this currency alone', {
    example: 'eur',
    nullable: true,
  })
  @IsOptional()
  @Matches(/^[a-z]{3}$/, { message: 'currency must be a three-letter code in lower case, such as eur' })
  currency?: string | null;

  @Field('Most for a single authorization, with all its increments; in the smallest unit of the currency', {
    nullable: true,
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  maxAmount?: number | null;

  @Field('What the totals are counted over; days are in UTC', { nullable: true })
  @IsOptional()
  @IsIn(rulePeriods)
  period?: SpendingRule['period'];

  @Field('Most for all authorizations of a period, in the smallest unit of the currency', { nullable: true })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  maxTotal?: number | null;

  @Field('Most authorizations in a period', { nullable: true })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  maxCount?: number | null;

  @NameList('Only these merchant categories, by name (`bakeries`) or code (`5462`)') allowedCategories?:
    string[] | null;
  @NameList('None of these merchant categories') blockedCategories?: string[] | null;
  @NameList('Only merchants in these countries, such as `DE`') allowedCountries?: string[] | null;
  @NameList('No merchant in these countries') blockedCountries?: string[] | null;
  @NameList('Only these authorization methods, such as `chip`') allowedMethods?: string[] | null;
  @NameList('None of these authorization methods') blockedMethods?: string[] | null;
  @NameList('Only with the card present or not: `present`, `not_present`') allowedPresence?: string[] | null;
  @NameList('Not with the card present, or not') blockedPresence?: string[] | null;

  @Reason()
  reason?: string;
}

/** Changes of a rule. Its scope and mode stay as they are. */
export class SpendingRuleChange extends SpendingRuleFields {
  @Field('What it is called')
  @IsOptional()
  @Text(1, 200)
  name?: string;
}

export class NewSpendingRule extends SpendingRuleFields {
  @Field('What it is called')
  @Text(1, 200)
  name: string;

  @Field('Whether it is for live authorizations or for test ones')
  @IsBoolean()
  livemode: boolean;

  @Field('What its totals are counted for')
  @IsIn(ruleScopes)
  scope: SpendingRule['scope'];

  @Field('One card or cardholder; `null`: each of them, counted apart', { nullable: true })
  @IsOptional()
  @Text(1, 255)
  scopeId?: string | null;
}
