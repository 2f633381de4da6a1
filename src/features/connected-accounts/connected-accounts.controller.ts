import { Controller, Get, Param, Query } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Admin, type AdminKey, AdminRoute } from '../../admin-access/index.js';
import { Described } from '../../http/described.decorator.js';
import { pageOf } from '../../http/page.js';
import { Problem } from '../../http/problem.js';
import { queryValidation } from '../../http/request-validation.js';
import { historyOf } from './account-history.js';
import { ConnectedAccountDetails, ConnectedAccountPage } from './connected-account.answer.js';
import { ConnectedAccount } from './connected-account.entity.js';
import { ConnectedAccountQuery, ConnectedAccountsQuery } from './connected-accounts.query.js';

const DEFAULT_LIMIT = 50;

/** What operators see of the connected accounts. */
@Controller('admin/connected-accounts')
export class ConnectedAccountsController {
  constructor(private readonly dataSource: DataSource) {}

  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List connected accounts', {
    answer: ConnectedAccountPage,
    problems: { 400: ['query_invalid'] },
  })
  async list(
    @Admin() key: AdminKey,
    @Query(queryValidation) { limit = DEFAULT_LIMIT, ...filter }: ConnectedAccountsQuery,
  ): Promise<ConnectedAccountPage> {
    const rows = await this.accountsOf(key, filter)
      .orderBy('known.account')
      .addOrderBy('known.livemode')
      .take(limit + 1)
      .getMany();
    return pageOf(rows, limit, ({ account, livemode }) => `${account}:${livemode ? 'live' : 'test'}`);
  }

  @Get(':account')
  @AdminRoute('read', { restrictable: true })
  @Described('Show a connected account with its history', {
    params: { account: 'Id of the account, `acct_…`' },
    answer: ConnectedAccountDetails,
    problems: { 400: ['query_invalid'], 404: ['connected_account_not_found'] },
  })
  async show(
    @Admin() key: AdminKey,
    @Param('account') account: string,
    @Query(queryValidation) { limit = DEFAULT_LIMIT, livemode, after }: ConnectedAccountQuery,
  ): Promise<ConnectedAccountDetails> {
    const known = /^\w{1,255}$/.test(account)
      ? await this.accountsOf(key, { livemode })
          .andWhere('known.account = :account', { account })
          .orderBy('known.livemode', 'DESC')
          .getOne()
      : null;
    if (!known) throw notFound(account);
    return Object.assign(known, await historyOf(this.dataSource, known, { limit, after }));
  }

  /** The accounts that a key may see. */
  private accountsOf(
    { accounts }: AdminKey,
    { needsAttention, livemode, after }: Omit<ConnectedAccountsQuery, 'limit'>,
  ) {
    const query = this.dataSource.createQueryBuilder(ConnectedAccount, 'known').where('true');
    if (accounts) query.andWhere('known.account = ANY(:accounts)', { accounts });
    if (livemode) query.andWhere('known.livemode = :livemode', { livemode });
    if (needsAttention) query.andWhere(`known.attention ${needsAttention === 'true' ? '<>' : '='} '{}'`);
    const [account, mode] = after?.split(':') ?? [];
    if (account) {
      query.andWhere('(known.account, known.livemode) > (:account, :isLive)', {
        account,
        isLive: mode === 'live',
      });
    }
    return query;
  }
}

const notFound = (account: string) =>
  new Problem(
    404,
    'connected_account_not_found',
    `No connected account '${account.slice(0, 255)}' is known: list them with GET /admin/connected-accounts.`,
  );
