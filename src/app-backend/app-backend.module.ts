import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import cors from 'cors';
import helmet from 'helmet';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { RedisModule } from '../event-processing/redis.module.js';
import { StripeModule } from '../stripe/stripe.module.js';
import { AppInstallationsModule } from './app-installations.module.js';
import { CustomersController } from './routes/customers.controller.js';
import { PaymentIntentsController } from './routes/payment-intents.controller.js';
import { SessionController } from './routes/session.controller.js';
import { TenantStripe } from './tenant-stripe.js';

const ONE_MINUTE_MS = 60_000;

/** UI extensions live in a sandboxed iframe, whose origin is `null`: only `*` lets them in. */
const crossOrigin = cors({
  origin: '*',
  methods: ['POST', 'OPTIONS'],
  allowedHeaders: ['Content-Type', 'Stripe-Signature'],
  maxAge: 86_400,
});

/** The back end of a Stripe App: what its UI extension calls. */
@Module({
  imports: [
    AppInstallationsModule,
    RedisModule,
    StripeModule,
    ThrottlerModule.forRootAsync({
      inject: [CONFIG],
      useFactory: ({ APP_REQUESTS_PER_MINUTE: limit }: Config) => [{ ttl: ONE_MINUTE_MS, limit }],
    }),
  ],
  controllers: [SessionController, CustomersController, PaymentIntentsController],
  providers: [TenantStripe],
  exports: [TenantStripe],
})
export class AppBackendModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    const security = helmet({ crossOriginResourcePolicy: { policy: 'cross-origin' } });
    consumer.apply(security, crossOrigin).forRoutes('app', 'app/{*path}');
  }
}
