import { setTimeout as sleep } from 'node:timers/promises';
import type { HappenedFault } from '../load/history.js';
import type { FaultPlan } from '../plan/fault-plans.js';

/** What undoes a fault. */
export type Undo = (() => unknown) | undefined;

/** Does a fault. */
export type Inflict = (plan: FaultPlan) => Promise<Undo | 'impossible'> | Undo | 'impossible';

/** Makes what can go wrong go wrong, when it is planned. */
export class Nemesis {
  readonly happened: HappenedFault[] = [];

  constructor(private readonly begin: Inflict) {}

  /** Does one fault and undoes it; what could not be undone is left to the healing. */
  async inflict(plan: FaultPlan): Promise<void> {
    const { kind, parts, lastsMs, link, amount } = plan;
    const fault: HappenedFault = {
      ...{ kind, parts, from: Date.now() },
      ...(link && { link }),
      ...(amount !== undefined && { amount }),
    };
    this.happened.push(fault);
    try {
      const undo = await this.begin(plan);
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
