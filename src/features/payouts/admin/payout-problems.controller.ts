import { Controller, Get, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Admin, type AdminKey, AdminRoute } from '../../../admin-access/index.js';
import { Described } from '../../../http/described.decorator.js';
import { pageOf } from '../../../http/page.js';
import { queryValidation } from '../../../http/request-validation.js';
import { ExternalAccountProblem } from '../external-account-problem.entity.js';
import { PayoutProblemPage, PayoutProblemQuery } from './payout-problem.views.js';

@Controller('admin/payout-problems')
export class PayoutProblemsController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List payout problems', {
    description: 'Bank accounts and cards that payouts do not reach, in the order of their ids.',
    answer: PayoutProblemPage,
    problems: { 400: ['query_invalid'] },
  })
  async list(
    @Admin() { accounts }: AdminKey,
    @Query(queryValidation) { account, after, limit = 50 }: PayoutProblemQuery,
  ): Promise<PayoutProblemPage> {
    const query = this.dataSource.manager
      .createQueryBuilder(ExternalAccountProblem, 'problem')
      .where('problem.open')
      .orderBy('problem.externalAccount')
      .limit(limit + 1);
    if (account !== undefined) query.andWhere('problem.account = :account', { account });
    if (accounts !== null) query.andWhere('problem.account = ANY (:accounts)', { accounts });
    if (after !== undefined) query.andWhere('problem.externalAccount > :after', { after });
    const problems = await query.getMany();
    return pageOf(problems, limit, ({ externalAccount }) => externalAccount);
  }
}
