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
import { rulePeriods, ruleScopes, type SpendingRule } from '../spending-rule.entity.js';

const MAX_ENTRIES = 500;

/** A list of names, or `null` for no such condition. */
const NameList = (): PropertyDecorator => (target, property) => {
  for (const decorate of [
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
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;

  @IsOptional()
  @Matches(/^[a-z]{3}$/, { message: 'currency must be a three-letter code in lower case, such as eur' })
  currency?: string | null;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  maxAmount?: number | null;

  @IsOptional()
  @IsIn(rulePeriods)
  period?: SpendingRule['period'];

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  maxTotal?: number | null;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(2_147_483_647)
  maxCount?: number | null;

  @NameList() allowedCategories?: string[] | null;
  @NameList() blockedCategories?: string[] | null;
  @NameList() allowedCountries?: string[] | null;
  @NameList() blockedCountries?: string[] | null;
  @NameList() allowedMethods?: string[] | null;
  @NameList() blockedMethods?: string[] | null;
  @NameList() allowedPresence?: string[] | null;
  @NameList() blockedPresence?: string[] | null;

  /** For the audit log. */
  @IsOptional()
  @IsString()
  @Length(1, 500)
  reason?: string;
}

/** Changes of a rule. Its scope and mode stay as they are. */
export class SpendingRuleChange extends SpendingRuleFields {
  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string;
}

export class NewSpendingRule extends SpendingRuleFields {
  @IsString()
  @Length(1, 200)
  name: string;

  @IsBoolean()
  livemode: boolean;

  @IsIn(ruleScopes)
  scope: SpendingRule['scope'];

  @IsOptional()
  @IsString()
  @Length(1, 255)
  scopeId?: string | null;
}
