import type { History } from '../load/history.js';
import { checkAuthorizations } from './authorizations.js';
import { checkBulkReplays } from './bulk-replays.js';
import { checkCalls, checkEffects } from './effects.js';
import { type Check, Findings } from './finding.js';
import { checkLaunches } from './launches.js';
import { checkLedger } from './ledger.js';
import { checkOrder } from './order.js';
import { checkReplays } from './replays.js';
import { checkRuns } from './runs.js';
import type { Snapshot } from './snapshot.js';
import { checkStoredEvents } from './stored-events.js';

const checks: readonly Check[] = [
  checkStoredEvents,
  checkRuns,
  checkEffects,
  checkCalls,
  checkLedger,
  checkOrder,
  checkReplays,
  checkBulkReplays,
  checkAuthorizations,
  checkLaunches,
];

/** Whether every promise was kept in a round. */
export function check(history: History, snapshot: Snapshot): Findings {
  const findings = new Findings();
  for (const one of checks) one(history, snapshot, findings);
  return findings;
}
