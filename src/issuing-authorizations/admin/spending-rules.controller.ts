import { Body, Controller, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { ChangeReason } from '../../admin-access/change-reason.js';
import { Described } from '../../http/described.decorator.js';
import { Field } from '../../http/field.decorator.js';
import { bodyValidation, requestValidation } from '../../http/request-validation.js';
import { SpendingRule } from '../spending-rule.entity.js';
import { NewSpendingRule, SpendingRuleChange } from './spending-rule.dto.js';
import { SpendingRulesAdmin } from './spending-rules.admin.js';

const validation = requestValidation('rule_invalid', 'The rule has wrong fields: see `errors`.');

const params = { id: 'Id of the rule' };
const missing = { 404: ['rule_not_found'] };
const wrong = { 400: ['rule_invalid', 'rule_contradictory'] };

export class SpendingRuleList {
  @Field('In the order in which they were made', { type: [SpendingRule] })
  data: SpendingRule[];
}

@Controller('admin/issuing/rules')
export class SpendingRulesController {
  constructor(private readonly rules: SpendingRulesAdmin) {}

  @Get()
  @AdminRoute('read')
  @Described('List the spending rules', { answer: SpendingRuleList })
  async list(): Promise<SpendingRuleList> {
    return { data: await this.rules.list() };
  }

  @Get(':id')
  @AdminRoute('read')
  @Described('Show a spending rule', { params, answer: SpendingRule, problems: missing })
  show(@Param('id') id: string): Promise<SpendingRule> {
    return this.rules.get(id);
  }

  @Post()
  @AdminRoute('admin')
  @Described('Create a spending rule', {
    description: 'Every instance applies it at once. Amounts are in the smallest unit of `currency`.',
    answer: SpendingRule,
    problems: wrong,
  })
  create(@Admin() key: AdminKey, @Body(validation) rule: NewSpendingRule): Promise<SpendingRule> {
    return this.rules.create(key, rule);
  }

  @Patch(':id')
  @AdminRoute('admin')
  @Described('Change a spending rule', {
    description: 'What is left out stays. Scope and mode cannot change.',
    params,
    answer: SpendingRule,
    problems: { ...wrong, ...missing },
  })
  update(
    @Admin() key: AdminKey,
    @Param('id') id: string,
    @Body(validation) change: SpendingRuleChange,
  ): Promise<SpendingRule> {
    return this.rules.update(key, id, change);
  }

  @Post(':id/disable')
  @HttpCode(200)
  @AdminRoute('admin')
  @Described('Disable a spending rule', {
    description: 'Its totals stay, and count again when it is enabled.',
    params,
    answer: SpendingRule,
    problems: { 400: ['body_invalid'], ...missing },
  })
  disable(
    @Admin() key: AdminKey,
    @Param('id') id: string,
    @Body(bodyValidation) { reason }: ChangeReason,
  ): Promise<SpendingRule> {
    return this.rules.update(key, id, { enabled: false, reason });
  }
}
