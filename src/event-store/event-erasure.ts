import type { QueryResultRow } from 'pg';
import type { EventKey } from './event-details.js';
import type { EventReader } from './event-reader.js';

/** Why a run ended without an attempt: its event was erased. */
export const ERASED = 'erased';

/** An event as far as erasing it goes. */
export interface ErasableEvent extends EventKey {
  type: string;
  livemode: boolean;
  account: string | null;
  objectId: string | null;
  relatedIds: string[];
  isErased: boolean;
}

/** $1 ids, $2 their creation. */
const ERASABLE = `
  SELECT e.id, e.created, e.type, e.livemode, e.account, e.object_id AS "objectId", e.related_ids AS "relatedIds",
         e.erased_at IS NOT NULL AS "isErased"
  FROM unnest($1::text[], $2::timestamptz[]) AS wanted (id, created)
  JOIN stripe_event e ON e.id = wanted.id AND e.created = wanted.created
  ORDER BY e.created, e.id`;

const ANOTHER_CUSTOMER = `
  SELECT FROM unnest(e.related_ids || e.object_id) AS named (id) WHERE named.id LIKE 'cus\\_%' AND named.id <> $2`;

const naming = (condition: string) => `
  SELECT e.id, e.created FROM unnest($1::text[]) AS own (id) JOIN stripe_event e ON ${condition}
  WHERE e.erased_at IS NULL AND ($3::text IS NULL OR e.account = $3) AND NOT EXISTS (${ANOTHER_CUSTOMER})`;

/** $1 ids, $2 customer, $3 account or null, $4 limit. */
const OPEN_NAMING = `
  (${naming('e.object_id = own.id')} LIMIT $4)
  UNION (${naming('e.related_ids @> ARRAY[own.id]')} LIMIT $4)`;

/** What is left of an event, made of its columns alone: nothing of the payload can come along by mistake. */
const SKELETON = `
  json_strip_nulls(CASE e.kind
    WHEN 'snapshot' THEN json_build_object(
      'id', e.id, 'object', 'event', 'api_version', e.api_version, 'created', extract(epoch FROM e.created)::bigint,
      'livemode', e.livemode, 'type', e.type, 'account', e.account, 'context', e.context,
      'data', json_build_object('object', json_build_object('id', e.object_id, 'object', e.object_type)))
    ELSE json_build_object(
      'id', e.id, 'object', 'v2.core.event', 'livemode', e.livemode, 'type', e.type, 'context', e.context,
      'created', to_char(e.created AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
      'related_object', json_build_object('id', e.object_id, 'type', e.object_type))
  END)::text`;

/** Prefixes of Stripe's ids. What else looks like an id may be somebody's name: `jane_doe1985`. */
const STRIPE_ID =
  '^(acct|ba|bps|btok|card|cbtxn|ch|cn|cs|cus|dp|du|evt|fee|ic|ich|iauth|ii|il|in|ipi|mandate|person|pi|plan|pm|po|prd|price|prod|promo|py|pyr|qt|re|seti|setatt|si|src|sub|sub_sched|tr|trr|txi|txn|txr|we)_[A-Za-z0-9]+$';

/** $1 ids, $2 their creation, $3 pattern of ids. */
const OVERWRITE = `
  UPDATE stripe_event e
  SET payload = ${SKELETON}, erased_at = clock_timestamp(),
      related_ids = ARRAY(SELECT id FROM unnest(e.related_ids) WITH ORDINALITY AS related (id, place)
                          WHERE id ~ $3 ORDER BY place)
  FROM unnest($1::text[], $2::timestamptz[]) AS wanted (id, created)
  WHERE e.id = wanted.id AND e.created = wanted.created AND e.erased_at IS NULL`;

const columns = (events: readonly EventKey[]) => [
  events.map(({ id }) => id),
  events.map(({ created }) => created),
];

/** These events, oldest first. */
export function erasableEvents(db: EventReader, events: readonly EventKey[]): Promise<ErasableEvent[]> {
  return db.query<ErasableEvent & QueryResultRow>(ERASABLE, columns(events));
}

/** Events that name one of these ids, are not erased, and name no other customer than this: at most twice the limit. */
export function openEventsNaming(
  db: EventReader,
  ids: readonly string[],
  { customer, account = null }: { customer: string; account?: string | null | undefined },
  limit: number,
): Promise<EventKey[]> {
  return db.query<EventKey & QueryResultRow>(OPEN_NAMING, [ids, customer, account, limit]);
}

/**
 * Overwrites the payloads of events with their skeleton. The only change that is ever made to a stored event.
 *
 * @param erasureId - the running erasure, in whose transaction this is
 */
export async function overwriteEvents(
  db: EventReader,
  erasureId: string,
  events: readonly EventKey[],
): Promise<void> {
  // The trigger of the table asks for it; it ends with the transaction.
  await db.query(`SELECT set_config('turnpike.erasure', $1, true)`, [erasureId]);
  await db.query(OVERWRITE, [...columns(events), STRIPE_ID]);
}
