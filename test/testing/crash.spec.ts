import { afterEach, describe, expect, it, jest } from '@jest/globals';
import path from 'node:path';
import type { Type } from '@nestjs/common';
import { anEvent, TurnpikeTestHarness } from '../../src/testing/index.js';
import { CarefulModule, CarelessModule, createProbeTable, EndingModule } from './probe-handlers.js';

const modulesFrom = path.join(__dirname, 'probe-handlers.ts');

/** Each test starts processes of the whole application. */
jest.setTimeout(120_000);

describe('crashAfter', () => {
  let turnpike: TurnpikeTestHarness | undefined;

  afterEach(async () => {
    await turnpike?.stop();
    turnpike = undefined;
  });

  /** Three events go to a worker that is killed in its second success, and to the one that takes over. */
  const effectsOf = async (module: Type) => {
    turnpike = await TurnpikeTestHarness.start({ modules: [module], modulesFrom, chaos: { crashAfter: 2 } });
    await createProbeTable(turnpike);
    const events = [1, 2, 3].map(() => anEvent('payment_intent.succeeded'));
    await turnpike.deliver(events);
    await turnpike.settled({ withinMs: 90_000 });
    expect(turnpike.kills).toBe(1);
    for (const event of events) expect(await turnpike.runsOf(event)).toMatchObject([{ status: 'succeeded' }]);
    const rows = await turnpike.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM probe GROUP BY event_id ORDER BY n',
    );
    return rows.map(({ n }) => n);
  };

  it('leaves one effect of a handler that writes through its transaction', async () => {
    expect(await effectsOf(CarefulModule)).toEqual([1, 1, 1]);
  });

  it('doubles the effect of a handler that writes outside it', async () => {
    // The worker may have been at others, too, when it was killed.
    const effects = await effectsOf(CarelessModule);
    expect([effects[0], effects.at(-1)]).toEqual([1, 2]);
  });

  it('says why when a worker ends that was not to be killed', async () => {
    turnpike = await TurnpikeTestHarness.start({
      modules: [EndingModule],
      modulesFrom,
      chaos: { crashAfter: 9 },
    });
    await turnpike.deliver(anEvent('payment_intent.succeeded'));
    await expect(turnpike.settled({ withinMs: 90_000 })).rejects.toThrow('The worker ended by itself');
  });

  it('says how to name the file of a module that is not a feature', async () => {
    const starting = TurnpikeTestHarness.start({ modules: [CarefulModule], chaos: { crashAfter: 1 } });
    await expect(starting).rejects.toThrow(
      'src/features/features.ts does not export CarefulModule, so a worker process cannot load it: name its file with modulesFrom',
    );
  });
});
