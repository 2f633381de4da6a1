import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { RouteAccess } from '../http/route-access.js';
import type { AdminScope } from './admin-key.entity.js';
import { AdminGuard, type AdminRequest } from './admin.guard.js';
import { ADMIN_ACCESS, type AdminAccess } from './admin-access.metadata.js';
import { RedactionInterceptor } from './redaction.interceptor.js';
import { StoreErrorsInterceptor } from './store-errors.interceptor.js';

/**
 * A route for operators: it needs a key with this scope.
 *
 * @example \@Get() \@AdminRoute('read', { restrictable: true }) list(\@Admin() { accounts }: AdminKey) { … }
 */
export const AdminRoute = (
  scope: AdminScope,
  { restrictable = false, redacted = true }: Partial<Omit<AdminAccess, 'scope'>> = {},
) =>
  applyDecorators(
    SetMetadata(ADMIN_ACCESS, { scope, restrictable, redacted } satisfies AdminAccess),
    RouteAccess(`admin key: ${scope}`),
    UseGuards(AdminGuard),
    UseInterceptors(StoreErrorsInterceptor, RedactionInterceptor),
  );

/** The key that this request came with. */
export const Admin = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AdminRequest>().adminKey,
);
