import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminAccessModule } from '../../admin-access/index.js';
import { OrderReader } from './admin/order-reader.js';
import { OrdersController } from './admin/orders.controller.js';
import { FulfilledOrder } from './fulfilled-order.entity.js';
import { FulfilmentHook } from './fulfilment-hook.js';
import { Fulfilment } from './fulfilment.js';
import { Order } from './order.entity.js';
import { OrdersErasure } from './orders-erasure.js';
import { OrdersHandlers } from './orders.handlers.js';
import { Orders } from './orders.js';
import { SavedPaymentMethod } from './saved-payment-method.entity.js';
import { SavedPaymentMethodsHandlers } from './saved-payment-methods.handlers.js';

@Module({
  imports: [
    AdminAccessModule,
    DiscoveryModule,
    TypeOrmModule.forFeature([FulfilledOrder, Order, SavedPaymentMethod]),
  ],
  controllers: [OrdersController],
  providers: [
    Fulfilment,
    FulfilmentHook,
    OrderReader,
    Orders,
    OrdersErasure,
    OrdersHandlers,
    SavedPaymentMethodsHandlers,
  ],
})
export class OrdersModule {}
