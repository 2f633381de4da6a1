import { runStatuses } from './run-status.js';
import type { EventFilter } from './event-filter.js';
import { endOf, type FilterName, prefixOf, type Values } from './event-search-conditions.js';

/** A walk along one index, in its order: the rows of a table that match, for each row of `over`. */
export interface Walk {
  table: 'event' | 'run';
  /** What the first columns of the index are compared with, where that is more than one value. */
  over?: string;
  match: string;
}

/** One way to the events of a filter, which reads little else. */
export interface Way {
  /** The parts of the filter that it answers itself; the others are checked event by event. */
  covers: readonly FilterName[];
  walks(values: Values): Walk[];
}

/** Every way to the events of a filter, the one that is mostly shortest first. */
export function waysTo(filter: EventFilter): Way[] {
  const { id, object, status, handler, fingerprint, account, accounts, type, source, livemode } = filter;
  const ways: Way[] = [];
  if (id !== undefined) ways.push(byAnyId(id));
  if (object !== undefined) ways.push(byObject(object));
  if (fingerprint !== undefined) ways.push(byFailure(fingerprint, filter));
  else if ((status ?? handler) !== undefined) ways.push(byRun(filter));
  if (account !== undefined) ways.push(byAccounts([account], 'account', livemode));
  else if (accounts !== undefined) ways.push(byAccounts(accounts, 'accounts', livemode));
  if (type !== undefined) ways.push(byType(type, livemode));
  const modeIsSeenTo = ways.some(({ covers }) => covers.includes('livemode'));
  if (source !== undefined || (livemode !== undefined && !modeIsSeenTo)) ways.push(byModeAndSource(filter));
  return ways;
}

/** In the order of arrival, which is nearly that of `created`. */
export const byArrivalTime = ({ receivedFrom, receivedBefore }: EventFilter): Way => ({
  covers: ['receivedFrom', 'receivedBefore'],
  walks: (values) => {
    const from = receivedFrom ? `e.received_at >= ${values.add(receivedFrom)}` : 'true';
    const before = receivedBefore ? `e.received_at < ${values.add(receivedBefore)}` : 'true';
    return [{ table: 'event', match: `${from} AND ${before}` }];
  },
});

/** There is no index on `created` alone: what is ordered by mode and source serves for all of them. */
export const byModeAndSource = ({ livemode, source }: EventFilter): Way => ({
  covers: ['livemode', 'source'],
  walks: (values) => {
    const sources = values.add(source === undefined ? ['direct', 'connect', 'issuing'] : [source]);
    return [
      {
        table: 'event',
        over: `${modes(livemode, values)}, unnest(${sources}::text[]) AS origin (source)`,
        match: 'e.livemode = mode.livemode AND e.source = origin.source',
      },
    ];
  },
});

/** Both modes, one after the other, unless one is asked for: Stripe keeps them apart, and so do most indexes. */
const modes = (livemode: boolean | undefined, values: Values): string =>
  `unnest(${values.add(livemode === undefined ? [true, false] : [livemode])}::boolean[]) AS mode (livemode)`;

const byAnyId = (id: string): Way => ({
  covers: ['id'],
  walks: (values) => {
    const value = values.add(id);
    return [
      { table: 'event', match: `e.id = ${value}` },
      { table: 'event', match: `e.object_id = ${value}` },
      {
        table: 'event',
        over: modes(undefined, values),
        match: `e.account = ${value} AND e.livemode = mode.livemode`,
      },
      { table: 'event', match: `e.related_ids @> ARRAY[${value}::text]` },
    ];
  },
});

const byObject = (object: string): Way => ({
  covers: ['object'],
  walks: (values) => [{ table: 'event', match: `e.object_id = ${values.add(object)}` }],
});

/** So many accounts are walked one by one: only of values that it sees does the planner know how common they are. */
const FEW_ACCOUNTS = 4;

const byAccounts = (
  accounts: readonly string[],
  name: 'account' | 'accounts',
  livemode: boolean | undefined,
): Way => ({
  covers: [name, 'livemode'],
  walks: (values) => {
    const each = [...new Set(accounts)];
    const owners =
      each.length > 0 && each.length <= FEW_ACCOUNTS
        ? each.map((account) => `(SELECT ${values.add(account)}::text AS account) AS owner`)
        : [`unnest(${values.add(each)}::text[]) AS owner (account)`];
    return owners.map((owner) => ({
      table: 'event',
      over: `${owner}, ${modes(livemode, values)}`,
      match: 'e.account = owner.account AND e.livemode = mode.livemode',
    }));
  },
});

const byType = (type: string, livemode: boolean | undefined): Way => ({
  covers: ['type', 'livemode'],
  walks: (values) => {
    const prefix = prefixOf(type);
    const types =
      prefix === undefined
        ? `(SELECT ${values.add(type)}::text AS type) AS known`
        : typesBelow(prefix, values);
    return [
      {
        table: 'event',
        over: `${types}, ${modes(livemode, values)}`,
        match: 'e.type = known.type AND e.livemode = mode.livemode',
      },
    ];
  },
});

const byRun = ({ handler, status }: EventFilter): Way => ({
  covers: ['handler', 'status'],
  walks: (values) => {
    const statuses = values.add(status === undefined ? runStatuses : [status]);
    return [
      {
        table: 'run',
        over: `${handlers(handler, values)}, unnest(${statuses}::text[]) AS state (status)`,
        match: 'r.handler_id = known.handler_id AND r.status = state.status AND NOT r.superseded',
      },
    ];
  },
});

const byFailure = (fingerprint: string, { handler, status }: EventFilter): Way => ({
  covers: ['fingerprint', 'handler', 'status'],
  walks: (values) => {
    const conditions = [
      'r.handler_id = known.handler_id',
      `r.error_fingerprint = ${values.add(fingerprint)}`,
      `r.status IN ('retrying', 'dead')`,
      'NOT r.superseded',
      ...(status === undefined ? [] : [`r.status = ${values.add(status)}`]),
    ];
    return [{ table: 'run', over: handlers(handler, values), match: conditions.join(' AND ') }];
  },
});

/** The types that are stored: one step along the index for each, so that types of the future are found too. */
function typesBelow(prefix: string, values: Values): string {
  const [from, to] = [values.add(prefix), values.add(endOf(prefix))];
  const first = (after: string) =>
    `SELECT e.type FROM stripe_event e WHERE e.type > ${after} AND e.type < ${to} ORDER BY e.type LIMIT 1`;
  return `(WITH RECURSIVE known (type) AS (
             (${first(from)})
             UNION ALL
             SELECT (${first('known.type')}) FROM known WHERE known.type IS NOT NULL
           ) SELECT type FROM known WHERE type IS NOT NULL) AS known`;
}

/** The handlers that have runs, found in the same way, or the one that is asked for. */
function handlers(handler: string | undefined, values: Values): string {
  if (handler !== undefined) return `(SELECT ${values.add(handler)}::text AS handler_id) AS known`;
  const first = (condition: string) =>
    `SELECT r.handler_id FROM handler_run r WHERE NOT r.superseded ${condition} ORDER BY r.handler_id LIMIT 1`;
  return `(WITH RECURSIVE known (handler_id) AS (
             (${first('')})
             UNION ALL
             SELECT (${first('AND r.handler_id > known.handler_id')}) FROM known WHERE known.handler_id IS NOT NULL
           ) SELECT handler_id FROM known WHERE handler_id IS NOT NULL) AS known`;
}
