import { afterEach, describe, expect, it } from '@jest/globals';
import { anEvent, type ChaosOptions, DeliveryRefused, TurnpikeTestHarness } from '../../src/testing/index.js';
import { metricValue } from '../harness/inbound-test.js';

const SEED = 5;
const events = Array.from({ length: 8 }, () => anEvent('customer.created'));

describe('chaos in a harness', () => {
  let turnpike: TurnpikeTestHarness;

  afterEach(async () => {
    await turnpike.stop();
  });

  const startWith = async (chaos: ChaosOptions) => {
    turnpike = await TurnpikeTestHarness.start({ modules: [], chaos: { seed: SEED, ...chaos } });
    expect(turnpike.seed).toBe(SEED);
  };
  const stored = async () =>
    (await turnpike.query<{ id: string }>('SELECT id FROM stripe_event ORDER BY received_at')).map(
      ({ id }) => id,
    );
  const ids = events.map(({ id }) => id);

  it('delivers events twice, of which one is stored', async () => {
    await startWith({ duplicate: 1 });
    await turnpike.deliver(events);
    const metrics = await (await fetch(`${turnpike.url}/metrics`)).text();
    const counted = ['stored', 'duplicate'].map((outcome) =>
      metricValue(metrics, 'turnpike_events_total', { outcome }),
    );
    expect(counted).toEqual([events.length, events.length]);
    expect(await stored()).toEqual(ids);
  });

  it('delivers a batch in another order, which is the same for the same seed', async () => {
    await startWith({ shuffle: true });
    await turnpike.deliver(events);
    const order = await stored();
    await turnpike.stop();
    expect(order).not.toEqual(ids);
    expect(order.toSorted()).toEqual(ids.toSorted());
    await startWith({ shuffle: true });
    await turnpike.deliver(events);
    expect(await stored()).toEqual(order);
  });

  it('holds deliveries back, and is settled only when all are out', async () => {
    await startWith({ delay: 300 });
    await turnpike.deliver(events);
    await expect(turnpike.settled({ withinMs: 1 })).rejects.toThrow(/deliveries are held back.*seed: 5/s);
    await turnpike.settled();
    expect((await stored()).toSorted()).toEqual(ids.toSorted());
  });

  it('lets settled say that a delivery was refused which was held back, and with which seed', async () => {
    await startWith({ delay: 300 });
    await turnpike.deliver(events, { secret: 'whsec_wrong' });
    const settled = turnpike.settled();
    await expect(settled).rejects.toThrow(DeliveryRefused);
    await expect(settled).rejects.toThrow(/answered 400.*To see it again: chaos: \{ seed: 5, … \}/s);
  });
});
