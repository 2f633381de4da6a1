import type { EventDataFactories } from '../event-facts.js';

export const balanceEvents = {
  'balance.available': ({ livemode }) => ({
    object: {
      object: 'balance',
      available: [{ amount: 12_600, currency: 'usd', source_types: { card: 12_600 } }],
      connect_reserved: [{ amount: 0, currency: 'usd' }],
      livemode,
      pending: [{ amount: 4_200, currency: 'usd', source_types: { card: 4_200 } }],
    },
  }),
} satisfies Partial<EventDataFactories>;
