import type { QueryResultRow } from 'pg';
import type { EventFilter, EventRow, PageRequest } from './event-filter.js';
import type { EventReader } from './event-reader.js';
import { conditions, RUN_FILTERS, runConditions, Values } from './event-search-conditions.js';
import {
  lengthsOf,
  orderedPage,
  type Page,
  arrivalPage,
  sortedPage,
  type Statement,
} from './event-search-page.js';
import { byArrivalTime, type Way, waysTo } from './event-search-ways.js';

export type { EventFilter, EventRow, PageRequest, Position } from './event-filter.js';

/**
 * A page of the events that match.
 *
 * It takes about the same time however many events are stored: see docs/adr/0007-indexes-for-finding-events.md.
 *
 * @example await searchEvents(db, { type: 'payout.*', status: 'dead' }, { order: 'newest', limit: 50 });
 */
export async function searchEvents(
  db: EventReader,
  filter: EventFilter,
  request: PageRequest,
): Promise<EventRow[]> {
  const { text, values } = await statementFor(db, filter, request);
  return db.query<EventRow & QueryResultRow>(text, values);
}

/** Ways with fewer events than this may be walked to their end, and sorted. */
const SHORT = 1_000;
const SHORT_RANGE = 20_000;

async function statementFor(db: EventReader, asked: EventFilter, request: PageRequest): Promise<Statement> {
  const hasRange = (asked.receivedFrom ?? asked.receivedBefore) !== undefined;
  const byArrival = hasRange && request.order === 'newest';
  const page: Page = { ...request, by: byArrival ? 'received_at' : 'created' };
  const filter = beyondPosition(asked, page);
  const ways = waysTo(filter);
  if (!hasRange && ways.length < 2) return orderedPage(filter, page, ways[0]);
  const [way, length] = await shortest(db, filter, ways, SHORT);
  if (!hasRange) return orderedPage(filter, page, way);
  if (way && length < SHORT) return sortedPage(filter, page, way);
  if (byArrival) return arrivalPage(filter, page);
  // Walked in the order of `created`, what arrived late would be found late.
  const arrivals = byArrivalTime(filter);
  const [, lately] = filter.receivedFrom ? await shortest(db, filter, [arrivals], SHORT_RANGE) : [];
  if (lately !== undefined && lately < SHORT_RANGE) return sortedPage(filter, page, arrivals);
  return orderedPage(filter, page, way);
}

/** Leaves out the bound that the page has passed: with two bounds, Postgres may begin to read at the looser one. */
function beyondPosition(filter: EventFilter, { after, order, by }: Page): EventFilter {
  if (!after) return filter;
  const at = new Date(after.at);
  const { createdFrom, createdBefore, receivedBefore } = filter;
  if (order === 'oldest')
    return createdFrom && createdFrom < at ? { ...filter, createdFrom: undefined } : filter;
  if (by === 'created') {
    return createdBefore && at < createdBefore ? { ...filter, createdBefore: undefined } : filter;
  }
  return receivedBefore && at < receivedBefore ? { ...filter, receivedBefore: undefined } : filter;
}

/** The way with the fewest events, counted a little way along each; of long ones the first. */
async function shortest(
  db: EventReader,
  filter: EventFilter,
  ways: readonly Way[],
  most: number,
): Promise<[way: Way | undefined, length: number]> {
  if (ways.length === 0) return [undefined, most];
  const { text, values } = lengthsOf(filter, ways, most);
  const [row = {}] = await db.query<Record<string, number>>(text, values);
  const lengths = ways.map((_, i) => row[`way${i}`] ?? 0);
  const least = Math.min(...lengths);
  return [ways[lengths.indexOf(least)], least];
}

/** How many events match; with a limit, it does not count further. */
export async function countEvents(
  db: EventReader,
  filter: EventFilter,
  { limit }: { limit?: number } = {},
): Promise<number> {
  const { text, values } = eventsMatching(filter, limit);
  const [row] = await db.query<{ n: string }>(`SELECT count(*) AS n FROM (${text}) AS matching`, values);
  return Number(row?.n ?? 0);
}

/** What the planner of Postgres believes to be their number: at once, and rough. */
export async function estimateEvents(db: EventReader, filter: EventFilter): Promise<number> {
  const { handler: _h, status: _s, fingerprint: _f, ...ofEvents } = filter;
  const events = await plannedRows(db, eventsMatching(ofEvents));
  const runs = runsMatching(filter);
  if (!runs) return events;
  // It cannot know which runs go with which events: let them be spread evenly.
  const all = await plannedRows(db, eventsMatching({}));
  return Math.round(((await plannedRows(db, runs)) * events) / all);
}

async function plannedRows(db: EventReader, { text, values }: Statement): Promise<number> {
  const [row] = await db.query<{ 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>(
    `EXPLAIN (FORMAT JSON) ${text}`,
    values,
  );
  return row?.['QUERY PLAN'][0]?.Plan['Plan Rows'] ?? 0;
}

function eventsMatching(filter: EventFilter, limit?: number): Statement {
  const values = new Values();
  const runs = runConditions(filter, values);
  const where = [
    conditions(filter, values, RUN_FILTERS),
    ...(runs
      ? [`(e.id, e.created) IN (SELECT r.event_id, r.event_created FROM handler_run r WHERE ${runs})`]
      : []),
  ];
  const most = limit === undefined ? '' : `LIMIT ${values.add(limit)}`;
  return { text: `SELECT FROM stripe_event e WHERE ${where.join(' AND ')} ${most}`, values: values.list };
}

function runsMatching(filter: EventFilter): Statement | undefined {
  const values = new Values();
  const where = runConditions(filter, values);
  if (where === undefined) return undefined;
  return { text: `SELECT FROM handler_run r WHERE ${where}`, values: values.list };
}
