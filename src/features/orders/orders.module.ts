import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { FulfilledOrder } from './fulfilled-order.entity.js';
import { OrdersHandlers } from './orders.handlers.js';
import { SavedPaymentMethod } from './saved-payment-method.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([FulfilledOrder, SavedPaymentMethod])],
  providers: [OrdersHandlers],
})
export class OrdersModule {}
