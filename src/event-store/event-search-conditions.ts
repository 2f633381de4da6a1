import type { EventFilter } from './event-filter.js';

/** The parameters of a statement in the making. */
export class Values {
  readonly list: unknown[] = [];

  /** @returns the name to write in the statement */
  add(value: unknown): string {
    return `$${this.list.push(value)}`;
  }
}

/** `payment_intent.` of `payment_intent.*`; nothing of an exact type. */
export const prefixOf = (type: string): string | undefined =>
  type.endsWith('.*') ? type.slice(0, -1) : undefined;

/** The column has the order of bytes: all types with a prefix stand together, before this. */
export const endOf = (prefix: string): string => `${prefix.slice(0, -1)}/`;

/** Parts of a filter that one way through the tables may answer by itself. */
export type FilterName = keyof EventFilter;

/** The parts that are about runs of the event. */
export const RUN_FILTERS = ['status', 'handler', 'fingerprint'] as const satisfies FilterName[];

/** What must be true of an event `e`, without the parts of the filter that are already seen to. */
export function conditions(filter: EventFilter, values: Values, done: readonly FilterName[] = []): string {
  const wanted = (name: FilterName) => filter[name] !== undefined && !done.includes(name);
  const compare = (name: FilterName, text: (parameter: string) => string): string[] =>
    wanted(name) ? [text(values.add(filter[name]))] : [];
  return [
    'true',
    ...(wanted('type') ? [typeIs(filter.type ?? '', values)] : []),
    ...compare('source', (value) => `e.source = ${value}`),
    ...compare('account', (value) => `e.account = ${value}`),
    ...compare('accounts', (value) => `e.account = ANY (${value}::text[])`),
    ...compare('livemode', (value) => `e.livemode = ${value}`),
    ...compare('object', (value) => `e.object_id = ${value}`),
    ...compare('receivedFrom', (value) => `e.received_at >= ${value}`),
    ...compare('receivedBefore', (value) => `e.received_at < ${value}`),
    ...createdRange(filter, values, 'e.created'),
    ...compare(
      'id',
      (id) =>
        `(e.id = ${id} OR e.object_id = ${id} OR e.account = ${id} OR e.related_ids @> ARRAY[${id}::text])`,
    ),
    ...(done.includes('handler') ? [] : eachHasRun(filter, values)),
  ].join(' AND ');
}

/** The range of Stripe's `created`, which is found in runs too. */
export const createdRange = (
  { createdFrom, createdBefore }: EventFilter,
  values: Values,
  column: string,
): string[] => [
  ...(createdFrom ? [`${column} >= ${values.add(createdFrom)}`] : []),
  ...(createdBefore ? [`${column} < ${values.add(createdBefore)}`] : []),
];

function typeIs(type: string, values: Values): string {
  const prefix = prefixOf(type);
  if (prefix === undefined) return `e.type = ${values.add(type)}`;
  return `e.type > ${values.add(prefix)} AND e.type < ${values.add(endOf(prefix))}`;
}

/** Looked up for one event after the other: `OFFSET 0` keeps the planner from reading all such runs first. */
const eachHasRun = (filter: EventFilter, values: Values): string[] => {
  const where = runConditions(filter, values);
  if (where === undefined) return [];
  return [
    `EXISTS (SELECT FROM handler_run r WHERE r.event_id = e.id AND r.event_created = e.created AND ${where} OFFSET 0)`,
  ];
};

/** What must be true of one run `r` of the event, if the filter asks for any. */
export function runConditions(
  { status, handler, fingerprint }: EventFilter,
  values: Values,
): string | undefined {
  const asked = [
    ...(handler === undefined ? [] : [`r.handler_id = ${values.add(handler)}`]),
    ...(status === undefined ? [] : [`r.status = ${values.add(status)}`]),
    ...(fingerprint === undefined
      ? []
      : [`r.error_fingerprint = ${values.add(fingerprint)} AND r.status IN ('retrying', 'dead')`]),
  ];
  return asked.length === 0 ? undefined : [...asked, 'NOT r.superseded'].join(' AND ');
}
