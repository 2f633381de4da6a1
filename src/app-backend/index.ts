/** The public API for teams that add routes to the app back end or clean up after it. See docs/stripe-apps.md. */
export { AppRoutesModule } from './app-routes.module.js';
export { AppRoute, RequireStripeRoles, Signed } from './app-route.decorator.js';
export { idempotencyKey } from './idempotency-key.js';
export { OnAppUninstalled, type Uninstallation } from './on-app-uninstalled.decorator.js';
export { SignedPayload } from './signed-payload.decorator.js';
export type { SignedRequest, StripeRole } from './signed-request.js';
export { TenantStripe } from './tenant-stripe.js';
