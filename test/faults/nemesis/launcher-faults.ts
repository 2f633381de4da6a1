import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultPlan, isLauncherFault, type LauncherFaultKind } from '../plan/fault-plans.js';
import type { Company, Launched } from '../system/launched.js';
import type { Inflict } from './nemesis.js';

type Fault = (launched: Launched, plan: FaultPlan) => Promise<() => unknown>;

/** It is started again, sometimes killed once more while it starts, and then a second one tries the same folder. */
const killLauncher =
  (company: Company): Fault =>
  async (launched, { amount }) => {
    await launched.kill(company);
    return async () => {
      if (amount !== undefined) {
        const starting = launched.launch();
        await sleep(amount);
        await launched.kill(company);
        await starting;
      }
      await launched.launch();
      await launched.launchRival();
    };
  };

/** How to do each, and what undoes it. */
const faults: Record<LauncherFaultKind, Fault> = {
  'kill launcher': killLauncher('nothing'),
  'kill launcher and guard': killLauncher('its guard'),
  'kill launcher and all': killLauncher('everything'),
  'freeze launcher': async (launched) => {
    launched.freeze();
    await launched.launchRival();
    return () => launched.thaw();
  },
};

/** Does faults to `npm start`. */
export const faultsOfLauncher =
  (launched: Launched): Inflict =>
  (plan) => {
    if (!isLauncherFault(plan.kind)) throw new Error(`'${plan.kind}' is not for npm start`);
    return faults[plan.kind](launched, plan);
  };
