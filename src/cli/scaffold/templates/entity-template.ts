import type { Blueprint } from '../blueprint.js';
import type { RecordColumn } from '../record-columns.js';

export const entityTemplate = ({ prefix, table, key, columns, tellsDeleted, types }: Blueprint): string => `
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** ${key === 'event' ? 'What is kept of one event.' : 'What is known of one object: what the newest of its events says.'} */
@Entity('${table}')
export class ${prefix}Record {
  ${idComments[key]}
  @PrimaryColumn('text')
  id: string;

  /** Empty for the platform's own: a primary key cannot hold null. */
  @PrimaryColumn('text')
  account: string;

  @PrimaryColumn('boolean')
  livemode: boolean;

${columns.map(columnText).join('\n')}
${tellsDeleted ? deleted : ''}${types.length > 1 ? eventType : ''}
  /** The event that says so. */
  @Column('text', { name: 'event_id' })
  eventId: string;

  /** When Stripe made that event. */
  @Column('timestamptz', { name: 'as_of' })
  asOf: Date;
}
`;

const idComments = {
  id: '',
  customer: '/** Of the customer, who has one of these. */',
  object: '/** What it is called: an account has one of these. */',
  related: '',
  kind: '/** What it is called: an account has one of these. */',
  event: '/** Of the event: it points to no object. */',
} as const;

const deleted = `
  /** Once it is deleted, it stays so. */
  @Column('boolean')
  deleted: boolean;
`;

const eventType = `
  @Column('text', { name: 'event_type' })
  eventType: string;
`;

const tsTypes = { text: 'string', bigint: 'string', boolean: 'boolean' } as const;

function columnText({ column, property, sqlType, nullable }: RecordColumn): string {
  const options = [
    ...(column === property ? [] : [`name: '${column}'`]),
    ...(nullable ? ['nullable: true'] : []),
  ];
  const given = options.length > 0 ? `, { ${options.join(', ')} }` : '';
  return `${sqlType === 'bigint' ? "  /** In the currency's smallest unit. */\n" : ''}  @Column('${sqlType}'${given})
  ${property}: ${tsTypes[sqlType]}${nullable ? ' | null' : ''};
`;
}
