import type { AdminKey } from '../../admin-access/admin-key.entity.js';
import type { EventReader } from '../../event-store/event-reader.js';
import { Problem } from '../../http/problem.js';
import { FAILURES, type FailureRow } from './failure-statements.js';
import type { FailureGroup } from './failure.view.js';

/** What names a group. */
export interface FailureName {
  handler: string;
  fingerprint: string;
}

/** Which groups to read. */
interface FailureSelection {
  handler?: string | undefined;
  fingerprint?: string | undefined;
  state?: string | undefined;
  after?: FailureName | undefined;
  limit: number;
}

/** The groups by handler and fingerprint, as far as they are about accounts that the key may see. */
export async function selectFailures(
  db: EventReader,
  { accounts }: AdminKey,
  { handler, fingerprint, state, after, limit }: FailureSelection,
): Promise<FailureGroup[]> {
  const values = [accounts, handler, fingerprint, state, after?.handler, after?.fingerprint, limit];
  const rows = await db.query<FailureRow>(FAILURES, values);
  return rows.map(({ eventId, runId, ...group }) => ({
    ...group,
    // What operators wrote may be about any account.
    ...(accounts && { note: null, acknowledgedBy: null, resolvedBy: null }),
    sample: { eventId, runId },
  }));
}

export async function findFailure(
  db: EventReader,
  key: AdminKey,
  { handler, fingerprint }: FailureName,
): Promise<FailureGroup | undefined> {
  if (!/^[\w.-]{1,100}$/.test(handler) || !/^[0-9a-f]{16}$/.test(fingerprint)) return undefined;
  const [group] = await selectFailures(db, key, { handler, fingerprint, limit: 1 });
  return group;
}

/** @throws Problem 404 `failure_not_found` */
export function orNotFound<T>({ handler, fingerprint }: FailureName, group: T | undefined): T {
  if (group !== undefined) return group;
  throw new Problem(
    404,
    'failure_not_found',
    `Nothing fails like '${fingerprint}' in the handler '${handler}': list what does with GET /admin/failures.`,
  );
}
