import { type Blueprint, isDeletion } from '../blueprint.js';

export function handlersTemplate(blueprint: Blueprint): string {
  const { name, prefix, types, source, key, columns } = blueprint;
  const quoted = types.map((type) => `'${type}'`);
  const [asked, payload] =
    types.length > 1 ? [`[${quoted.join(', ')}]`, `${prefix}Event`] : [quoted[0], quoted[0]];
  const options = [
    `id: '${name}.record'`,
    ...(source ? [`source: '${source}'`] : []),
    'actsForAccount: false',
  ];
  const readsObject = columns.length > 0 || key === 'id' || key === 'customer' || key === 'object';
  return `
import { Injectable } from '@nestjs/common';
import { type EventOf, type HandlerContext, OnStripeEvent } from '../../event-handlers/index.js';
import { ${prefix}Record } from './${name}-record.entity.js';

${types.length > 1 ? `type ${prefix}Event = ${quoted.join(' | ')};\n` : ''}
${newer(blueprint)}

/** ${key === 'event' ? 'Keeps each event.' : 'Keeps what the newest event says of each object.'} */
@Injectable()
export class ${prefix}Handlers {
  @OnStripeEvent(${asked}, { ${options.join(', ')} })
  async record(event: EventOf<${payload}>, ctx: HandlerContext): Promise<void> {
    ${readsObject ? 'const { object } = event.data;' : ''}
    await ctx.tx
      .createQueryBuilder()
      .insert()
      .into(${prefix}Record)
      .values({ ${valuesOf(blueprint).join(', ')} })
      ${onConflict(blueprint)}
      .execute();
  }
}
${columns.some(({ value }) => value.startsWith('idOf(')) ? idOf : ''}`;
}

const ids = {
  id: 'object.id',
  customer: 'object.customer',
  object: 'object.object',
  related: 'event.related_object.id',
  kind: 'event.related_object.type',
  event: 'event.id',
} as const;

const isThin = ({ key }: Blueprint): boolean => key === 'related' || key === 'kind' || key === 'event';

function valuesOf(blueprint: Blueprint): string[] {
  const { key, columns, types } = blueprint;
  return [
    `id: ${ids[key]}`,
    `account: ctx.account ?? ''`,
    'livemode: ctx.livemode',
    ...columns.map(({ property, value }) => `${property}: ${value}`),
    ...(blueprint.tellsDeleted ? [`deleted: ${deletedOf(types)}`] : []),
    ...(types.length > 1 ? ['eventType: event.type'] : []),
    'eventId: event.id',
    `asOf: new Date(event.created${isThin(blueprint) ? '' : ' * 1000'})`,
  ];
}

const deletedOf = (types: readonly string[]): string =>
  types
    .filter(isDeletion)
    .map((type) => `event.type === '${type}'`)
    .join(' || ');

function newer({ key, table, tellsDeleted }: Blueprint): string {
  if (key === 'event') return '';
  const order = [...(tellsDeleted ? ['deleted'] : []), 'as_of', 'event_id'];
  const row = (of: string) => `(${order.map((column) => `${of}.${column}`).join(', ')})`;
  return `/**
 * Stripe's time decides, whatever comes first. It counts in seconds: of two events in one second the id decides, so that
 * all orders end the same.
 */
const NEWER = '${row(table)} < ${row('EXCLUDED')}';`;
}

function onConflict({ key, columns, tellsDeleted, types }: Blueprint): string {
  if (key === 'event') return '.orIgnore()';
  const told = [
    ...columns.map(({ column }) => column),
    ...(tellsDeleted ? ['deleted'] : []),
    ...(types.length > 1 ? ['event_type'] : []),
    'event_id',
    'as_of',
  ];
  const list = (names: string[]) => `[${names.map((name) => `'${name}'`).join(', ')}]`;
  return `.orUpdate(${list(told)}, ${list(['id', 'account', 'livemode'])}, { overwriteCondition: { where: NEWER } })`;
}

const idOf = `
/** Stripe sends an id, or the whole object where somebody asked to expand it. */
const idOf = (reference: string | { id: string } | null | undefined): string | null =>
  typeof reference === 'string' ? reference : (reference?.id ?? null);
`;
