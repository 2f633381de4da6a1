/** The features: one line each. Take a line and its folder away, and everything else goes on. See docs/extending.md. */
export { ConnectedAccountsModule as 'connected-accounts' } from './connected-accounts/connected-accounts.module.js';
export { OrdersModule as 'orders' } from './orders/orders.module.js';
export { PayoutsModule as 'payouts' } from './payouts/payouts.module.js';
