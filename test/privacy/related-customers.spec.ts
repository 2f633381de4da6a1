import { expect, it } from '@jest/globals';
import { createEvent, factoryTypes } from '../../src/event-factories/create-event.js';
import { parseEnvelope } from '../../src/signature/event-envelope.js';

it('every event that names a customer is found by the customer, whatever else it has', () => {
  const customer = 'cus_Q1w2E3r4T5y6U7';
  const named = factoryTypes.flatMap((type) => {
    const event = createEvent(type) as unknown as { data: { object: Record<string, unknown> } };
    if (!('customer' in event.data.object)) return [];
    event.data.object.customer = customer;
    const { relatedIds } = parseEnvelope(Buffer.from(JSON.stringify(event)));
    return [{ type, isFound: relatedIds.includes(customer) }];
  });
  expect(named.length).toBeGreaterThan(7);
  expect(named.filter(({ isFound }) => !isFound)).toEqual([]);
});
