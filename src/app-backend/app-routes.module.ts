import { Module } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { RedisModule } from '../event-processing/redis.module.js';
import { StripeModule } from '../stripe/stripe.module.js';
import { AppInstallationsModule } from './app-installations.module.js';
import { TenantStripe } from './tenant-stripe.js';

const ONE_MINUTE_MS = 60_000;

/**
 * What `@AppRoute` needs: every module with such routes imports it.
 *
 * @example
 * \@Module({ imports: [AppRoutesModule], controllers: [RefundsController] })
 * export class RefundsModule {}
 */
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
  providers: [TenantStripe],
  exports: [TenantStripe, AppInstallationsModule, RedisModule],
})
export class AppRoutesModule {}
