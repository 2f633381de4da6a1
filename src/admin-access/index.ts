/** What a module with admin routes of its own needs. */
export { AdminAccessModule } from './admin-access.module.js';
export type { AdminKey } from './admin-key.entity.js';
export { Admin, AdminRoute } from './admin-route.decorator.js';
export { AuditLog } from './audit-log.js';
export { Idempotency } from './idempotency.js';
