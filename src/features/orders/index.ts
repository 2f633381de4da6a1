/** The public API for modules that fulfil orders. See docs/orders.md. */
export { type FulfilmentContext, FulfilsOrders, type OrderFulfilment } from './fulfils-orders.decorator.js';
export type { Order } from './order.entity.js';
