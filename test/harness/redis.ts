export { withRedis } from '../../src/testing/with-redis.js';
