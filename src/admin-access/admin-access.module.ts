import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { json } from 'express';
import helmet from 'helmet';
import { AdminKey } from './admin-key.entity.js';
import { AdminKeys } from './admin-keys.js';
import { AdminGuard } from './admin.guard.js';
import { AuditLog } from './audit-log.js';

/** Largest body of an admin request, in bytes. */
const BODY_LIMIT = 262_144;

/** Keys, the guard and the audit log of the admin routes. Only these routes have their bodies parsed. */
@Module({
  imports: [TypeOrmModule.forFeature([AdminKey])],
  providers: [AdminKeys, AdminGuard, AuditLog],
  exports: [AdminKeys, AdminGuard, AuditLog],
})
export class AdminAccessModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(helmet(), json({ limit: BODY_LIMIT })).forRoutes('admin/{*path}');
  }
}
