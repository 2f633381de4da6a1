import { BullModule } from '@nestjs/bull';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { LOGGER, type Logger } from '../logging/logger.js';
import { FileTransport } from './file-transport.js';
import { MailDispatcher } from './mail-dispatcher.js';
import { MailMetrics } from './mail-metrics.js';
import { MAIL_QUEUE } from './mail-policy.js';
import { MailSender } from './mail-sender.js';
import { MailStore } from './mail-store.js';
import { MailTransport } from './mail-transport.js';
import { MailProcessor } from './mail.processor.js';
import { Outbox } from './outbox.js';
import { SmtpTransport } from './smtp-transport.js';

@Module({})
export class MailModule {
  /** Every role can put messages in; `worker` and `all` also hand them over. */
  static register({ ROLE: role }: Config): DynamicModule {
    const transport: Provider = {
      provide: MailTransport,
      inject: [CONFIG, LOGGER],
      useFactory: (config: Config, logger: Logger) =>
        config.MAIL_URL === undefined
          ? new FileTransport(config, logger)
          : new SmtpTransport(config, config.MAIL_URL),
    };
    const worker: Provider[] = [transport, MailSender, MailDispatcher, MailProcessor];
    return {
      module: MailModule,
      global: true,
      imports: role === 'api' ? [] : [BullModule.registerQueue({ name: MAIL_QUEUE })],
      providers: [MailMetrics, MailStore, Outbox, ...(role === 'api' ? [] : worker)],
      exports: [Outbox],
    };
  }
}
