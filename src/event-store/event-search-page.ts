import type { EventFilter, PageRequest } from './event-filter.js';
import { conditions, createdRange, Values } from './event-search-conditions.js';
import { byModeAndSource, type Walk, type Way } from './event-search-ways.js';

/** A statement and its parameters. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** Part of a list that is sorted by one of the two times of an event, and by its id. */
export interface Page extends PageRequest {
  by: 'created' | 'received_at';
}

const columns = {
  event: { from: 'stripe_event e', created: 'e.created', id: 'e.id' },
  run: { from: 'handler_run r', created: 'r.event_created', id: 'r.event_id' },
};

/** One probe of the primary key; the limit keeps the planner from anything else. */
const eventOf = ({ created, id }: { created: string; id: string }): string =>
  `CROSS JOIN LATERAL (
     SELECT * FROM stripe_event s WHERE s.id = ${id} AND s.created = ${created} LIMIT 1
   ) e`;

/**
 * Along a way that has the order of the page: each walk ends as soon as it has as many events as the page, and what they
 * found is merged.
 */
export function orderedPage(filter: EventFilter, page: Page, way: Way = byModeAndSource(filter)): Statement {
  const values = new Values();
  const walks = way.walks(values).map(({ table, over, match }) => {
    const { from, created, id } = columns[table];
    const where = [
      match,
      ...createdRange(filter, values, created),
      ...after(page, values, created, id),
      conditions(filter, values, [...way.covers, 'createdFrom', 'createdBefore']),
    ];
    return `(SELECT walked.* FROM ${over ?? '(SELECT) AS here'} CROSS JOIN LATERAL (
        SELECT ${created} AS at, ${created} AS created, ${id} AS id
        FROM ${from} ${table === 'run' ? eventOf({ created, id }) : ''}
        WHERE ${where.join(' AND ')}
        ORDER BY ${direction(page, created, id)} LIMIT ${values.add(page.limit)}
      ) walked)`;
  });
  return statement(page, values, walks.join(' UNION ALL '));
}

/** Along a way that is short but has another order: all of its events are looked at, and sorted. */
export function sortedPage(filter: EventFilter, page: Page, way: Way): Statement {
  const values = new Values();
  const at = `e.${page.by}`;
  const found = `
    SELECT ${at} AS at, e.created, e.id
    FROM (${walkAll(filter, way, values)}) AS near ${eventOf({ created: 'near.created', id: 'near.id' })}
    WHERE ${[conditions(filter, values, way.covers), ...after(page, values, at, 'e.id')].join(' AND ')}`;
  return statement(page, values, found);
}

/** By time of arrival, which has an index of its own; everything else is checked event by event. */
export function arrivalPage(filter: EventFilter, page: Page): Statement {
  const values = new Values();
  const at = 'e.received_at';
  const found = `
    SELECT ${at} AS at, e.created, e.id FROM stripe_event e
    WHERE ${[conditions(filter, values), ...after(page, values, at, 'e.id')].join(' AND ')}
    ORDER BY ${direction(page, at, 'e.id')} LIMIT ${values.add(page.limit)}`;
  return statement(page, values, `(${found})`);
}

/** How many events each way has, counted no further than to `most`. */
export function lengthsOf(filter: EventFilter, ways: readonly Way[], most: number): Statement {
  const values = new Values();
  const limit = values.add(most);
  const counts = ways.map(
    (way, i) =>
      `(SELECT count(*)::int FROM (${walkAll(filter, way, values, `LIMIT ${limit}`)} LIMIT ${limit}) AS w) AS way${i}`,
  );
  return { text: `SELECT ${counts.join(', ')}`, values: values.list };
}

function walkAll(filter: EventFilter, way: Way, values: Values, limit = 'OFFSET 0'): string {
  const walks = way.walks(values).map(({ table, over, match }: Walk) => {
    const { from, created, id } = columns[table];
    const where = [match, ...createdRange(filter, values, created)].join(' AND ');
    return `(SELECT walked.* FROM ${over ?? '(SELECT) AS here'} CROSS JOIN LATERAL (
        SELECT ${created} AS created, ${id} AS id FROM ${from} WHERE ${where} ${limit}
      ) walked)`;
  });
  return walks.join(' UNION ALL ');
}

const direction = ({ order }: Page, at: string, id: string): string =>
  order === 'newest' ? `${at} DESC, ${id} DESC` : `${at}, ${id}`;

/** The first comparison says nothing new to a reader, but lets the planner leave out whole months. */
function after({ after: position, order }: Page, values: Values, at: string, id: string): string[] {
  if (!position) return [];
  const [time, last] = [`${values.add(position.at)}::timestamptz`, values.add(position.id)];
  const sign = order === 'newest' ? '<' : '>';
  return [`${at} ${sign}= ${time}`, `(${at}, ${id}) ${sign} (${time}, ${last}::text)`];
}

const statement = (page: Page, values: Values, found: string): Statement => ({
  text: `
    WITH found AS MATERIALIZED (
      SELECT DISTINCT at, created, id FROM (${found}) AS walked
      ORDER BY ${direction(page, 'at', 'id')} LIMIT ${values.add(page.limit)}
    )
    SELECT e.id, e.type, e.kind, e.source, e.account, e.context, e.livemode, e.api_version AS "apiVersion",
           e.object_id AS "objectId", e.object_type AS "objectType", e.created, e.received_at AS "receivedAt", e.erased_at AS "erasedAt",
           coalesce(counted.runs, '{}') AS runs,
           json_build_object(
             'at', to_char(found.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'id', e.id
           ) AS position
    FROM found ${eventOf({ created: 'found.created', id: 'found.id' })}
    CROSS JOIN LATERAL (
      SELECT json_object_agg(state.status, state.n) AS runs FROM (
        SELECT r.status, count(*) AS n FROM handler_run r
        WHERE r.event_id = found.id AND r.event_created = found.created AND NOT r.superseded
        GROUP BY r.status
      ) state
    ) counted
    ORDER BY ${direction(page, 'found.at', 'found.id')}`,
  values: values.list,
});
