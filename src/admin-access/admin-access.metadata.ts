import type { AdminScope } from './admin-key.entity.js';

/** Where `@AdminRoute` keeps what it asks of a request. */
export const ADMIN_ACCESS = 'turnpike:admin-access';

/** What `@AdminRoute` asks of a request. */
export interface AdminAccess {
  scope: AdminScope;
  /** Whether a key that is restricted to accounts may use the route, which then shows it these accounts alone. */
  restrictable: boolean;
  /** Whether personal fields are kept from keys without the scope `admin`: `false` for what is no data at all. */
  redacted: boolean;
}
