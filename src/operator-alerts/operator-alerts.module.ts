import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config/env.js';
import { AlertMessages } from './alert-messages.js';
import { AlertMetrics } from './alert-metrics.js';
import { ALERT_QUEUE } from './alert-policy.js';
import { AlertWatch } from './alert-watch.js';
import { WebhookClient } from './webhook-client.js';
import { WebhookDispatcher } from './webhook-dispatcher.js';
import { WebhookSender } from './webhook-sender.js';
import { WebhookStore } from './webhook-store.js';
import { WebhookProcessor } from './webhook.processor.js';

/** What every role needs of alerts. */
@Module({ providers: [AlertMessages, AlertMetrics], exports: [AlertMessages, AlertMetrics] })
export class OperatorAlertsModule {}

/** Looks for alerts and delivers what is told of them, where handlers run. */
@Module({})
export class AlertWatchModule {
  static register({ ROLE }: Config): DynamicModule {
    const worker = [
      AlertWatch,
      WebhookClient,
      WebhookDispatcher,
      WebhookProcessor,
      WebhookSender,
      WebhookStore,
    ];
    return {
      module: AlertWatchModule,
      imports: [
        OperatorAlertsModule,
        ...(ROLE === 'api' ? [] : [BullModule.registerQueue({ name: ALERT_QUEUE })]),
      ],
      providers: ROLE === 'api' ? [] : worker,
    };
  }
}
