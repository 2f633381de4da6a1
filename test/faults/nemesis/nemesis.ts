import { setTimeout as sleep } from 'node:timers/promises';
import type { HappenedFault } from '../load/history.js';
import type { FaultPlan } from '../plan/fault-plans.js';
import type { Stack } from '../system/stack.js';
import { faults } from './faults.js';

/** Makes what can go wrong go wrong, when it is planned. */
export class Nemesis {
  readonly happened: HappenedFault[] = [];

  constructor(private readonly stack: Stack) {}

  /** Does one fault and undoes it; what cannot be undone is left to {@link Stack.heal}. */
  async inflict({ kind, parts, lastsMs, link, amount }: FaultPlan): Promise<void> {
    const fault: HappenedFault = {
      ...{ kind, parts, from: Date.now() },
      ...(link && { link }),
      ...(amount !== undefined && { amount }),
    };
    this.happened.push(fault);
    try {
      const members = this.stack.members.filter(({ name }) => (parts as string[]).includes(name));
      const undo = await faults[kind]({ stack: this.stack, members, link, amount: amount ?? 0 });
      if (undo === 'impossible') {
        fault.skipped = 'not possible here';
        return;
      }
      await sleep(lastsMs);
      await undo?.();
    } catch (error) {
      // Another fault may stand in the way, such as Postgres being away when a process starts.
      fault.skipped = error instanceof Error ? error.message : String(error);
    } finally {
      fault.to = Date.now();
    }
  }
}
