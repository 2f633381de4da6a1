import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { anEvent, TurnpikeTestHarness } from '../../src/testing/index.js';
import { CarefulModule, createProbeTable } from './probe-handlers.js';

// What test/testing/alone.spec.ts runs: a spec of another test runner, on servers of its own.
void describe('a spec of node:test', () => {
  let turnpike: TurnpikeTestHarness;

  before(async () => {
    turnpike = await TurnpikeTestHarness.start({ modules: [CarefulModule] });
    await createProbeTable(turnpike);
  });
  after(() => turnpike.stop());

  void it('delivers and settles', async () => {
    await turnpike.deliver(anEvent('payment_intent.succeeded'));
    await turnpike.settled();
    assert.equal((await turnpike.query('SELECT FROM probe')).length, 1);
  });

  void it('is told why a second harness cannot start', async () => {
    const starting = TurnpikeTestHarness.start({ modules: [], env: { PROCESS_MODE: 'sometimes' } });
    await assert.rejects(starting, /PROCESS_MODE must be one of/);
  });

  void it('sees a worker die and another one take over', async () => {
    const modulesFrom = new URL('probe-handlers.ts', import.meta.url);
    const chaos = { crashAfter: 1 };
    const crashing = await TurnpikeTestHarness.start({ modules: [CarefulModule], modulesFrom, chaos });
    try {
      await createProbeTable(crashing);
      await crashing.deliver(anEvent('payment_intent.succeeded'));
      await crashing.settled({ withinMs: 60_000 });
      assert.equal(crashing.kills, 1);
    } finally {
      await crashing.stop();
    }
  });
});
