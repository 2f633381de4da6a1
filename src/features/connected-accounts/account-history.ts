import type { DataSource } from 'typeorm';
import { pageOf } from '../../http/page.js';
import { isDeleted } from './account-change.js';
import type { ConnectedAccountChange } from './connected-account.answer.js';
import type { AccountKey } from './connected-accounts.js';

interface HistoryRow {
  eventId: string;
  type: string;
  created: Date;
  part: string;
  before: object | null;
  after: object;
}

/**
 * The events that changed something of an account, newest first.
 *
 * @param after - `next` of the page before
 */
export async function historyOf(
  db: DataSource,
  { account, livemode }: AccountKey,
  { limit, after }: { limit: number; after: string | undefined },
): Promise<{ history: ConnectedAccountChange[]; next: string | null }> {
  const [seconds, eventId] = after?.split(':') ?? [];
  const rows = await db.query<HistoryRow[]>(
    `SELECT event_id AS "eventId", type, created, part, state_before AS before, state_after AS after
     FROM connected_account_event
     WHERE account = $1 AND livemode = $2 AND state_before::text IS DISTINCT FROM state_after::text
       AND ($3::float8 IS NULL OR (created, event_id) < (to_timestamp($3), $4))
     ORDER BY created DESC, event_id DESC LIMIT $5`,
    [account, livemode, seconds ?? null, eventId ?? null, limit + 1],
  );
  const cursor = ({ created, eventId: id }: HistoryRow) => `${created.getTime() / 1000}:${id}`;
  const { data, next } = pageOf(rows, limit, cursor);
  return {
    history: data.map(({ before, after: now, ...event }) => ({
      ...event,
      changes: changesOf(before, now),
    })),
    next,
  };
}

const changesOf = (before: object | null, now: object) =>
  isDeleted(now) ? [{ path: 'deleted', from: false, to: true }] : differences(before, now);

/** Each value that differs, down to lists, which count as one value. */
function differences(from: unknown, to: unknown, path = ''): { path: string; from: unknown; to: unknown }[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  if (!isRecord(to) || (path !== '' && !isRecord(from)))
    return [{ path, from: from ?? null, to: to ?? null }];
  const before = isRecord(from) ? from : {};
  return [...new Set([...Object.keys(before), ...Object.keys(to)])].flatMap((name) =>
    differences(before[name], to[name], path ? `${path}.${name}` : name),
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
