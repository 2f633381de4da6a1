import { Module } from '@nestjs/common';
import { OrdersModule } from './orders/orders.module.js';

/** The modules with event handlers. Add yours here: docs/extending.md. */
@Module({ imports: [OrdersModule] })
export class FeaturesModule {}
