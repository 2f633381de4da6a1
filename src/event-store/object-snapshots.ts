import type { QueryResultRow } from 'pg';
import type { Accounts, EventKey } from './event-details.js';
import type { EventReader } from './event-reader.js';

/** Larger payloads are not read here: a page of a timeline must not fill the memory. */
const LARGEST_PAYLOAD = 262_144;

/** An event, and the one before it that carried the same object. */
export interface SnapshotPair {
  eventId: string;
  /** Absent when it is the first. */
  earlierId: string | null;
  earlierCreated: Date | null;
}

/** Payloads of two snapshots; `null` where one is too large, or was erased. */
export interface SnapshotPayloads {
  eventId: string;
  before: string | null;
  after: string | null;
}

const EARLIER = `
  SELECT wanted.id AS "eventId", earlier.id AS "earlierId", earlier.created AS "earlierCreated"
  FROM unnest($1::text[], $2::timestamptz[]) AS wanted (id, created)
  JOIN stripe_event e ON e.id = wanted.id AND e.created = wanted.created AND e.kind = 'snapshot'
  LEFT JOIN LATERAL (
    SELECT p.id, p.created FROM stripe_event p
    WHERE p.object_id = e.object_id AND p.kind = 'snapshot' AND p.account IS NOT DISTINCT FROM e.account
      AND p.livemode = e.livemode AND (p.created, p.id) < (e.created, e.id) AND p.created <= e.created
      AND ($3::text[] IS NULL OR p.account = ANY ($3::text[]))
      AND (p.object_id = $4 OR p.account = $4 OR p.id = $4 OR p.related_ids @> ARRAY[$4::text])
    ORDER BY p.created DESC, p.id DESC LIMIT 1
  ) earlier ON true`;

const PAYLOADS = `
  SELECT pair.id AS "eventId",
         CASE WHEN octet_length(b.payload) <= $5 AND b.erased_at IS NULL THEN b.payload END AS before,
         CASE WHEN octet_length(a.payload) <= $5 AND a.erased_at IS NULL THEN a.payload END AS after
  FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::timestamptz[])
    AS pair (id, created, earlier_id, earlier_created)
  JOIN stripe_event a ON a.id = pair.id AND a.created = pair.created
  JOIN stripe_event b ON b.id = pair.earlier_id AND b.created = pair.earlier_created`;

/** For each of these events, the event before it in the timeline of `touching` that carried the same object. */
export async function earlierSnapshots(
  db: EventReader,
  events: readonly EventKey[],
  touching: string,
  accounts: Accounts,
): Promise<SnapshotPair[]> {
  return db.query<SnapshotPair & QueryResultRow>(EARLIER, [
    events.map(({ id }) => id),
    events.map(({ created }) => created),
    accounts,
    touching,
  ]);
}

/** The payloads of pairs of events, each event before the one that follows it. */
export async function snapshotPayloads(
  db: EventReader,
  pairs: readonly { event: EventKey; earlier: EventKey }[],
): Promise<SnapshotPayloads[]> {
  return db.query<SnapshotPayloads & QueryResultRow>(PAYLOADS, [
    pairs.map(({ event }) => event.id),
    pairs.map(({ event }) => event.created),
    pairs.map(({ earlier }) => earlier.id),
    pairs.map(({ earlier }) => earlier.created),
    LARGEST_PAYLOAD,
  ]);
}
