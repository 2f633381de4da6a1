export { CHANNEL, StoreWatch } from '../../src/testing/store-watch.js';
