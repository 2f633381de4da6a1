import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  SetMetadata,
  UseGuards,
} from '@nestjs/common';
import { RouteAccess } from '../http/route-access.js';
import type { AdminScope } from './admin-key.entity.js';
import { AdminGuard, type AdminRequest } from './admin.guard.js';
import { ADMIN_SCOPE } from './admin-scope.metadata.js';

/**
 * A route for operators: it needs a key with this scope.
 *
 * @example \@Get() \@AdminRoute('read') list() { … }
 */
export const AdminRoute = (scope: AdminScope) =>
  applyDecorators(SetMetadata(ADMIN_SCOPE, scope), RouteAccess(`admin key: ${scope}`), UseGuards(AdminGuard));

/** The key that this request came with. */
export const Admin = createParamDecorator(
  (_data: unknown, context: ExecutionContext) => context.switchToHttp().getRequest<AdminRequest>().adminKey,
);
