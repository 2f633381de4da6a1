import { Controller, Get, Param, Query } from '@nestjs/common';
import { Admin, type AdminKey, AdminRoute } from '../../../admin-access/index.js';
import { Described } from '../../../http/described.decorator.js';
import { queryValidation } from '../../../http/request-validation.js';
import { OrderReader } from './order-reader.js';
import { OrderDetails, OrderPage } from './orders.answer.js';
import { OrderQuery, OrdersQuery } from './orders.query.js';

@Controller('admin/orders')
export class OrdersController {
  constructor(private readonly orders: OrderReader) {}

  @Get()
  @AdminRoute('read', { restrictable: true })
  @Described('List orders', {
    description: 'Newest first.',
    answer: OrderPage,
    problems: { 400: ['query_invalid'] },
  })
  list(@Admin() { accounts }: AdminKey, @Query(queryValidation) query: OrdersQuery): Promise<OrderPage> {
    return this.orders.list(query, accounts);
  }

  @Get(':id')
  @AdminRoute('read', { restrictable: true })
  @Described('Show an order with its history', {
    description:
      "Where the id is known in several modes or accounts: live mode first, then the platform's own; `livemode` and `account` choose another.",
    params: { id: 'Id of the payment intent, `pi_…`, or of a Checkout session with nothing to pay, `cs_…`' },
    answer: OrderDetails,
    problems: { 400: ['query_invalid'], 404: ['order_not_found'] },
  })
  show(
    @Admin() { accounts }: AdminKey,
    @Param('id') id: string,
    @Query(queryValidation) query: OrderQuery,
  ): Promise<OrderDetails> {
    return this.orders.show(id, query, accounts);
  }
}
