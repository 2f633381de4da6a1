import { Injectable } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { pageOf } from '../../../http/page.js';
import { Problem } from '../../../http/problem.js';
import { ExternalAccountProblem } from '../external-account-problem.entity.js';
import { PayoutNotice } from '../payout-notice.entity.js';
import { Payout } from '../payout.entity.js';
import type { PayoutDetails, PayoutPage, PayoutQuery } from './payout.views.js';

/** Accounts that a key may see; `null` for all. */
type Accounts = readonly string[] | null;

/** What operators see of payouts. */
@Injectable()
export class PayoutReader {
  constructor(private readonly dataSource: DataSource) {}

  async list({ status, account, after, limit = 50 }: PayoutQuery, accounts: Accounts): Promise<PayoutPage> {
    const query = this.dataSource.manager
      .createQueryBuilder(Payout, 'payout')
      .orderBy('payout.created', 'DESC')
      .addOrderBy('payout.id', 'DESC')
      .limit(limit + 1);
    if (status !== undefined) query.andWhere('payout.status = :status', { status });
    if (account !== undefined) query.andWhere('payout.account = :account', { account });
    if (accounts !== null) query.andWhere('payout.account = ANY (:accounts)', { accounts });
    if (after !== undefined) {
      const position = 'SELECT created, id FROM payout WHERE id = :after LIMIT 1';
      query.andWhere(`(payout.created, payout.id) < (${position})`, { after });
    }
    const payouts = await query.getMany();
    return pageOf(payouts, limit, ({ id }) => id);
  }

  /** @throws Problem 404 when there is none that this key may see */
  async show(id: string, accounts: Accounts): Promise<PayoutDetails> {
    const { manager } = this.dataSource;
    const where = { id, ...(accounts && { account: In([...accounts]) }) };
    const payout = /^\w{1,255}$/.test(id) ? await manager.findOneBy(Payout, where) : null;
    if (!payout) {
      throw new Problem(
        404,
        'payout_not_found',
        'There is no such payout: list them with GET /admin/payouts.',
      );
    }
    const { account, destination } = payout;
    const notices = await manager.find(PayoutNotice, {
      select: { kind: true, outcome: true, detail: true, at: true },
      where: { payout: id, account },
      order: { at: 'ASC' },
    });
    const problem =
      destination &&
      (await manager.findOneBy(ExternalAccountProblem, { externalAccount: destination, account }));
    return Object.assign(payout, { notices, destinationProblem: problem || null });
  }
}
