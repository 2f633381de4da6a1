import type { OpenAPIObject } from '@nestjs/swagger';
import { ANYTHING } from './class-describer.js';

export type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;
type Schema = Schemas[string];

/** Only the schemas that the paths lead to: the routes that are not for operators have classes of their own. */
export function schemasInUse(schemas: Schemas, paths: object): Schemas {
  const found = new Set(['Problem']);
  const visit = (value: unknown): void => {
    const references = (JSON.stringify(value) ?? '').matchAll(/"#\/components\/schemas\/([^"]+)"/g);
    for (const [, name = ''] of references) {
      if (found.has(name)) continue;
      found.add(name);
      visit(schemas[name]);
    }
  };
  visit(paths);
  const used = sorted(schemas).filter(([name]) => found.has(name));
  return Object.fromEntries(used.map(([name, schema]) => [name, withoutPlaceholders(schema)]));
}

/** A field that may be anything has no type. */
function withoutPlaceholders(schema: Schema): Schema {
  if ('$ref' in schema || !schema.properties) return schema;
  const properties = Object.entries(schema.properties).map(([name, field]) => {
    const { type, ...rest } = field as { type?: string };
    return [name, type === ANYTHING ? rest : field] as const;
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** By name, so that the order of the files does not matter. */
export const sorted = <T>(record: Record<string, T>): [string, T][] =>
  Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
