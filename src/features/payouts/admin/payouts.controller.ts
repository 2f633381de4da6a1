import { Controller, Get, Param, Query } from '@nestjs/common';
import { Admin, type AdminKey, AdminRoute } from '../../../admin-access/index.js';
import { Described } from '../../../http/described.decorator.js';
import { queryValidation } from '../../../http/request-validation.js';
import { PayoutReader } from './payout-reader.js';
import { PayoutDetails, PayoutPage, PayoutQuery } from './payout.views.js';

@Controller('admin/payouts')
export class PayoutsController {
  constructor(private readonly payouts: PayoutReader) {}

  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List payouts', {
    description: 'Newest first.',
    answer: PayoutPage,
    problems: { 400: ['query_invalid'] },
  })
  list(@Admin() { accounts }: AdminKey, @Query(queryValidation) query: PayoutQuery): Promise<PayoutPage> {
    return this.payouts.list(query, accounts);
  }

  @Get(':id')
  @AdminRoute('read', { restrictable: true })
  @Described('Show a payout', {
    description: 'With who was told of it, and what is wrong with the bank account or card it goes to.',
    params: { id: 'Id of the payout, `po_…`' },
    answer: PayoutDetails,
    problems: { 404: ['payout_not_found'] },
  })
  show(@Admin() { accounts }: AdminKey, @Param('id') id: string): Promise<PayoutDetails> {
    return this.payouts.show(id, accounts);
  }
}
