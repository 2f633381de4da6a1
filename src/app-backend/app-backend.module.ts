import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import cors from 'cors';
import helmet from 'helmet';
import { AppRoutesModule } from './app-routes.module.js';
import { CustomersController } from './routes/customers.controller.js';
import { PaymentIntentsController } from './routes/payment-intents.controller.js';
import { SessionController } from './routes/session.controller.js';

/** UI extensions live in a sandboxed iframe, whose origin is `null`: only `*` lets them in. */
const crossOrigin = cors({
  origin: '*',
  methods: ['POST', 'OPTIONS'],
  allowedHeaders: ['Content-Type', 'Stripe-Signature'],
  exposedHeaders: ['Retry-After'],
  maxAge: 86_400,
});

/** The back end of a Stripe App: what its UI extension calls. */
@Module({
  imports: [AppRoutesModule],
  controllers: [SessionController, CustomersController, PaymentIntentsController],
})
export class AppBackendModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const security = helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' } });
    consumer.apply(security, crossOrigin).forRoutes('app', 'app/{*path}');
  }
}
