import { type DynamicModule, Module } from '@nestjs/common';
import { AuditLog } from '../admin-access/audit-log.js';
import type { Config } from '../config/env.js';
import { EventHandlersModule } from '../event-handlers/event-handlers.module.js';
import { EventStoreModule } from '../event-store/event-store.module.js';
import { ErasureSchedule } from './erasure-schedule.js';
import { ErasureStep } from './erasure-step.js';
import { Erasures } from './erasures.js';
import { MailErasure } from './mail-erasure.js';

/** Asking for erasures. */
@Module({ imports: [EventStoreModule], providers: [Erasures], exports: [Erasures] })
export class EventErasureModule {}

/** Makes the steps of erasures, where handlers run. */
@Module({})
export class ErasureStepsModule {
  static register({ ROLE }: Config): DynamicModule {
    return {
      module: ErasureStepsModule,
      imports: [EventHandlersModule],
      providers: ROLE === 'api' ? [] : [AuditLog, ErasureSchedule, ErasureStep, MailErasure],
    };
  }
}
