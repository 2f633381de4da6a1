import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createEvent } from '../../src/event-factories/create-event.js';
import { sampleBuyer } from '../../src/event-factories/sample-buyer.js';
import { deliver, DIRECT_SECRET, TestApp } from '../harness/app.js';
import { scripted } from '../harness/scripted-handlers.js';
import { createDatabase, redisUrl, type TestDatabase, uniquePrefix } from '../harness/stack.js';
import { StoreWatch } from '../harness/store-watch.js';

let database: TestDatabase;
let watch: StoreWatch;

beforeAll(async () => {
  database = await createDatabase();
  watch = await StoreWatch.open(database.url);
});
afterAll(async () => {
  await watch.close();
  await database.drop();
});

it.each([
  ['a secret', DIRECT_SECRET],
  ['something of the sample person', sampleBuyer.email],
])('a test whose application logs %s fails', async (_title, word) => {
  const fails = scripted({ id: 'test.tells', attempts: 1 }, async () => {
    throw new Error(`it is ${word}`);
  });
  const servers = { databaseUrl: database.url, redisUrl: redisUrl(), prefix: uniquePrefix() };
  const app = await TestApp.start({ ...servers, features: [fails] });
  // With the address in it, the product itself would leave it out.
  const event = createEvent('payment_intent.succeeded', { object: { receipt_email: null, shipping: null } });
  await deliver(app.url, { event });
  await watch.untilFinished([event.id]);
  await expect(app.stop()).rejects.toThrow('say a secret, or something of a person');
});
