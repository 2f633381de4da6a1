import type { Blueprint } from '../blueprint.js';

export function migrationTemplate(blueprint: Blueprint): string {
  const { name, prefix, table, timestamp } = blueprint;
  const lines = columnLines(blueprint);
  const width = (part: 0 | 1) => Math.max(...lines.map((line) => line[part].length));
  const aligned = lines.map(([column, type, nullability]) =>
    `        ${column.padEnd(width(0))} ${type.padEnd(width(1))} ${nullability}`.trimEnd(),
  );
  return `
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The table of src/features/${name}. */
export class ${prefix}${timestamp} implements MigrationInterface {
  name = '${prefix}${timestamp}';

  async up(db: QueryRunner): Promise<void> {
    await db.query(\`
      CREATE TABLE ${table} (
${aligned.map((line) => `${line},`).join('\n')}
        PRIMARY KEY (id, account, livemode)
      )\`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(\`DROP TABLE ${table}\`);
  }
}
`;
}

type Line = readonly [column: string, type: string, nullability: string];

function columnLines({ columns, tellsDeleted, types }: Blueprint): Line[] {
  return [
    ['id', 'text', 'NOT NULL'],
    ['account', 'text', 'NOT NULL'],
    ['livemode', 'boolean', 'NOT NULL'],
    ...columns.map(({ column, sqlType, nullable }): Line => [column, sqlType, nullable ? '' : 'NOT NULL']),
    ...(tellsDeleted ? [['deleted', 'boolean', 'NOT NULL'] as const] : []),
    ...(types.length > 1 ? [['event_type', 'text', 'NOT NULL'] as const] : []),
    ['event_id', 'text', 'NOT NULL'],
    ['as_of', 'timestamptz', 'NOT NULL'],
  ];
}
