import { type DynamicModule, Module, type Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { AdminModule } from './admin/admin.module.js';
import { AppBackendModule } from './app-backend/app-backend.module.js';
import { AppInstallationsModule } from './app-backend/app-installations.module.js';
import { CombinedWebhooksModule } from './combined-webhooks/combined-webhooks.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Config } from './config/env.js';
import { ConnectWebhooksModule } from './connect-webhooks/connect-webhooks.module.js';
import { DatabaseModule } from './database/database.module.js';
import { DirectWebhooksModule } from './direct-webhooks/direct-webhooks.module.js';
import { ErasureStepsModule } from './event-erasure/event-erasure.module.js';
import { EventProcessingModule } from './event-processing/event-processing.module.js';
import { ReplayStepsModule } from './event-replay/event-replay.module.js';
import { FeaturesModule } from './features/features.module.js';
import { HealthModule } from './health/health.module.js';
import { IssuingAuthorizationsModule } from './issuing-authorizations/issuing-authorizations.module.js';
import { IssuingReconciliationModule } from './issuing-authorizations/issuing-reconciliation.module.js';
import { HttpModule } from './http/http.module.js';
import type { Logger } from './logging/logger.js';
import { LoggingModule } from './logging/logging.module.js';
import { MailModule } from './mail/mail.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { AlertWatchModule } from './operator-alerts/operator-alerts.module.js';
import { RedactionModule } from './redaction/redaction.module.js';

/** The routes of a role that receives. Where there is no secret, nobody could sign a request. */
const waysIn = (config: Config): Type[] => [
  AdminModule,
  DirectWebhooksModule,
  ConnectWebhooksModule,
  CombinedWebhooksModule,
  ...(config.STRIPE_ISSUING_WEBHOOK_SECRETS.length > 0 ? [IssuingAuthorizationsModule] : []),
  ...(config.STRIPE_APP_SECRETS.length > 0 ? [AppBackendModule] : []),
];

@Module({})
export class AppModule {
  /**
   * The whole application in the role that the configuration names.
   *
   * @param features - the modules with event handlers; default: those that the configuration names
   * @throws ConfigurationError when it names one that is not there
   */
  static register(
    config: Config,
    logger: Logger,
    features: (Type | DynamicModule)[] = [FeaturesModule.register(config)],
  ): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.register(config),
        LoggingModule.register(logger),
        MetricsModule,
        RedactionModule,
        HttpModule,
        ScheduleModule.forRoot(),
        DatabaseModule.register(),
        EventProcessingModule.register(config),
        ReplayStepsModule.register(config),
        ErasureStepsModule.register(config),
        MailModule.register(config),
        AlertWatchModule.register(config),
        HealthModule,
        AppInstallationsModule,
        IssuingReconciliationModule,
        ...(config.ROLE === 'worker' ? [] : waysIn(config)),
        ...features,
      ],
    };
  }
}
