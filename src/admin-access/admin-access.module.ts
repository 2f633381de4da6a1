import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { ThrottlerStorageService } from '@nestjs/throttler';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { AdminKey } from './admin-key.entity.js';
import { AdminKeys } from './admin-keys.js';
import { AdminGate } from './admin-gate.js';
import { AdminGuard } from './admin.guard.js';
import { AdminThrottle } from './admin-throttle.js';
import { AuditLog } from './audit-log.js';
import { Idempotency } from './idempotency.js';
import { IdempotencyExpiry } from './idempotency-expiry.js';
import { jsonBody } from './json-body.js';

/** What operators see is for them: no browser or proxy keeps it. */
const notStored: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};

/** Keys, the guard and the audit log of the admin routes. Only these routes have their bodies parsed. */
@Module({
  imports: [TypeOrmModule.forFeature([AdminKey])],
  providers: [
    AdminKeys,
    AdminGate,
    AdminGuard,
    AdminThrottle,
    AuditLog,
    Idempotency,
    IdempotencyExpiry,
    ThrottlerStorageService,
  ],
  exports: [AdminKeys, AdminGate, AdminGuard, AuditLog, Idempotency],
})
export class AdminAccessModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(helmet(), notStored, jsonBody).forRoutes('admin/{*path}');
  }
}
