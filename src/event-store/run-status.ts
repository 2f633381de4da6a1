/** Every status a run can have. */
export const runStatuses = ['pending', 'running', 'succeeded', 'retrying', 'dead', 'skipped'] as const;

/** The status of a run. */
export type RunStatus = (typeof runStatuses)[number];
