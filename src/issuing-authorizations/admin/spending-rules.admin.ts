import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import { AuditLog } from '../../admin-access/audit-log.js';
import { Problem } from '../../http/problem.js';
import { SpendingRule } from '../spending-rule.entity.js';
import type { NewSpendingRule, SpendingRuleChange } from './spending-rule.dto.js';

/** Changes the spending rules. Every instance learns of a change by the notification of its commit. */
@Injectable()
export class SpendingRulesAdmin {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditLog,
  ) {}

  list(): Promise<SpendingRule[]> {
    return this.dataSource.manager.find(SpendingRule, { order: { id: 'ASC' } });
  }

  get(id: string): Promise<SpendingRule> {
    return find(this.dataSource.manager, id);
  }

  create(key: AdminKey, { reason, ...fields }: NewSpendingRule): Promise<SpendingRule> {
    return this.dataSource.transaction(async (tx) => {
      const rule = tx.create(SpendingRule, fields);
      return this.save(tx, key, 'spending_rule.create', rule, reason);
    });
  }

  update(key: AdminKey, id: string, { reason, ...fields }: SpendingRuleChange): Promise<SpendingRule> {
    return this.dataSource.transaction(async (tx) => {
      const rule = tx.merge(SpendingRule, await find(tx, id), { updatedAt: new Date() });
      // `merge` would mix the lists of before and after.
      Object.assign(
        rule,
        Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
      );
      return this.save(tx, key, 'spending_rule.update', rule, reason);
    });
  }

  private async save(
    tx: EntityManager,
    key: AdminKey,
    action: string,
    rule: SpendingRule,
    reason: string | undefined,
  ): Promise<SpendingRule> {
    const problem = contradiction(rule);
    if (problem) throw new Problem(400, 'rule_contradictory', problem);
    const saved = await tx.save(rule);
    await this.audit.record(tx, key, { action, target: saved.id, reason, details: saved });
    return find(tx, saved.id);
  }
}

async function find(db: EntityManager, id: string): Promise<SpendingRule> {
  const rule = /^\d{1,18}$/.test(id) ? await db.findOneBy(SpendingRule, { id }) : null;
  if (rule) return rule;
  throw new Problem(
    404,
    'rule_not_found',
    `There is no spending rule '${id}': list them with GET /admin/issuing/rules.`,
  );
}

/** What its fields, each sound, cannot mean together. */
function contradiction(rule: SpendingRule): string | undefined {
  const has = (value: unknown) => value !== null && value !== undefined;
  if (rule.scope === 'platform' && has(rule.scopeId))
    return 'A rule for the platform has no `scopeId`: leave it out.';
  if ((has(rule.maxAmount) || has(rule.maxTotal)) && !has(rule.currency)) {
    return '`maxAmount` and `maxTotal` need a `currency`.';
  }
  const totals = has(rule.maxTotal) || has(rule.maxCount);
  if (totals && !has(rule.period)) return '`maxTotal` and `maxCount` need a `period`: day, week or month.';
  if (!totals && has(rule.period)) return 'A `period` needs `maxTotal` or `maxCount`.';
  return undefined;
}
