import { Body, Controller, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { Admin, AdminRoute } from '../../admin-access/admin-route.decorator.js';
import { requestValidation } from '../../http/request-validation.js';
import type { SpendingRule } from '../spending-rule.entity.js';
import { NewSpendingRule, SpendingRuleChange } from './spending-rule.dto.js';
import { SpendingRulesAdmin } from './spending-rules.admin.js';

const validation = requestValidation('rule_invalid', 'The rule has wrong fields: see `errors`.');

@Controller('admin/issuing/rules')
export class SpendingRulesController {
  constructor(private readonly rules: SpendingRulesAdmin) {}

  @Get()
  @AdminRoute('read')
  async list(): Promise<{ data: SpendingRule[] }> {
    return { data: await this.rules.list() };
  }

  @Get(':id')
  @AdminRoute('read')
  show(@Param('id') id: string): Promise<SpendingRule> {
    return this.rules.get(id);
  }

  @Post()
  @AdminRoute('admin')
  create(@Admin() key: AdminKey, @Body(validation) rule: NewSpendingRule): Promise<SpendingRule> {
    return this.rules.create(key, rule);
  }

  @Patch(':id')
  @AdminRoute('admin')
  update(
    @Admin() key: AdminKey,
    @Param('id') id: string,
    @Body(validation) change: SpendingRuleChange,
  ): Promise<SpendingRule> {
    return this.rules.update(key, id, change);
  }

  /** Its totals stay, and count again when it is enabled. */
  @Post(':id/disable')
  @HttpCode(200)
  @AdminRoute('admin')
  disable(@Admin() key: AdminKey, @Param('id') id: string): Promise<SpendingRule> {
    return this.rules.update(key, id, { enabled: false });
  }
}
