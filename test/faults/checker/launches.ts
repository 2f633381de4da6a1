import type { Check } from './finding.js';

/** However `npm start` was ended, the next one comes up, takes over what was left, and has the folder for itself. */
export const checkLaunches: Check = ({ launches }, _snapshot, findings) => {
  for (const launch of launches) {
    const { at, taken, end, leftovers } = launch;
    const about = `the start at ${at}`;
    const details = () => JSON.stringify(launch);
    if (taken) {
      findings.expect(end === 'refused', 'nothing starts on a folder that is taken', about, details);
    } else {
      const cameUp = end === 'ready' || end === 'killed';
      findings.expect(cameUp, 'npm start comes up again after any end', about, details);
      findings.expect(leftovers.length === 0, 'npm start leaves nothing of an earlier one', about, details);
    }
  }
};
