import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type AccountChange, isDeleted } from './account-change.js';
import { summaryOf } from './account-summary.js';
import { ConnectedAccount } from './connected-account.entity.js';
import { newestOf, type PartEvent } from './newest-state.js';

/** An account in one mode. */
export interface AccountKey {
  account: string;
  livemode: boolean;
}

interface EventFacts {
  id: string;
  type: string;
  /** Seconds since 1970. */
  created: number;
}

export const DEAUTHORIZED = 'account.application.deauthorized';

/**
 * Keeps what is known of the connected accounts. Every event is noted once, and the state of the part that it tells of
 * follows from all of them: so neither order nor repetition matters.
 */
@Injectable()
export class ConnectedAccounts {
  async record(tx: EntityManager, key: AccountKey, event: EventFacts, change: AccountChange): Promise<void> {
    if (!(await note(tx, key, event, change))) return;
    const known = await locked(tx, key);
    const newest = newestOf(await eventsOf(tx, key, change.part));
    const parts = { ...known.parts };
    if (newest) {
      const { after: state, created, eventId } = newest;
      parts[change.part] = { state, asOf: created.toISOString(), eventId };
    }
    const connection = connectionAfter(known, event);
    const summary = summaryOf(parts, connection.deauthorizedAt === null);
    await tx.update(ConnectedAccount, { ...key }, { ...connection, ...summary, parts });
  }
}

/** An account sends nothing while it is disconnected, so an event that is newer than that shows it connected again. */
function connectionAfter(
  { seenAt, leftAt }: Pick<ConnectedAccount, 'seenAt' | 'leftAt'>,
  { type, created }: EventFacts,
): Pick<ConnectedAccount, 'seenAt' | 'leftAt' | 'deauthorizedAt'> {
  const at = new Date(created * 1000);
  const left = type === DEAUTHORIZED ? later(leftAt, at) : leftAt;
  const seen = type === DEAUTHORIZED ? seenAt : later(seenAt, at);
  return { seenAt: seen, leftAt: left, deauthorizedAt: left && (!seen || left >= seen) ? left : null };
}

const later = (known: Date | null, at: Date): Date => (known && known > at ? known : at);

/** @returns false for an event that was noted before */
async function note(
  tx: EntityManager,
  { account, livemode }: AccountKey,
  { id, type, created }: EventFacts,
  { part, before, after }: AccountChange,
): Promise<boolean> {
  const values = [account, livemode, new Date(created * 1000), id, type, part];
  const rows = await tx.query<unknown[]>(
    `INSERT INTO connected_account_event (account, livemode, created, event_id, type, part, state_before, state_after)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING event_id`,
    [...values, before && JSON.stringify(before), JSON.stringify(after)],
  );
  return rows.length > 0;
}

/** One event of an account at a time: each sees what the one before it noted. */
async function locked(tx: EntityManager, { account, livemode }: AccountKey): Promise<ConnectedAccount> {
  const known = tx
    .createQueryBuilder(ConnectedAccount, 'known')
    .addSelect(['known.parts', 'known.leftAt'])
    .where({ account, livemode })
    .setLock('pessimistic_write');
  const found = await known.getOne();
  if (found) return found;
  await tx
    .createQueryBuilder()
    .insert()
    .into(ConnectedAccount)
    .values({ account, livemode })
    .orIgnore()
    .execute();
  return known.getOneOrFail();
}

/** Far more changes than Stripe makes to one part within two seconds. */
const ENOUGH = 50;

/** What decides on the state of a part: its latest events, or its end. */
async function eventsOf(
  tx: EntityManager,
  { account, livemode }: AccountKey,
  part: string,
): Promise<PartEvent[]> {
  const events = await tx.query<PartEvent[]>(
    `SELECT event_id AS "eventId", created, state_before AS before, state_after AS after
     FROM connected_account_event WHERE account = $1 AND livemode = $2 AND part = $3
     ORDER BY created DESC, event_id DESC LIMIT ${ENOUGH}`,
    [account, livemode, part],
  );
  const end = events.find(({ after }) => isDeleted(after));
  return end ? [end] : events;
}
