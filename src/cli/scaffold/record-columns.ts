import type { FieldKind } from './event-object.js';

/** One column of the table, and how the handler fills it. */
export interface RecordColumn {
  /** `amount_refunded` */
  readonly column: string;
  /** `amountRefunded` */
  readonly property: string;
  readonly sqlType: 'text' | 'bigint' | 'boolean';
  readonly nullable: boolean;
  /** What the handler reads it from: an expression over `object`. */
  readonly value: string;
}

type FieldBase = 'text' | 'number' | 'boolean' | 'reference';

const baseOf = (kind: FieldKind) => kind.replace('?', '') as FieldBase;

const isNullable = (kind: FieldKind): boolean => kind === 'reference' || kind.endsWith('?');

/** The fields that objects of several kinds have in common; one that may be missing in some may be missing. */
export function sharedFields(
  objects: readonly Readonly<Record<string, FieldKind>>[],
): [name: string, base: FieldBase, nullable: boolean][] {
  const [first = {}] = objects;
  return Object.entries(first).flatMap(([name, kind]): [string, FieldBase, boolean][] => {
    const kinds = objects.map((fields) => fields[name]).filter((one) => one !== undefined);
    const isShared = kinds.length === objects.length && kinds.every((one) => baseOf(one) === baseOf(kind));
    return isShared ? [[name, baseOf(kind), kinds.some(isNullable)]] : [];
  });
}

/** Amounts are `bigint`, which TypeORM reads and writes as text. */
const sqlTypes = { text: 'text', number: 'bigint', boolean: 'boolean', reference: 'text' } as const;

export function columnOf([name, base, nullable]: ReturnType<typeof sharedFields>[number]): RecordColumn {
  const property = name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const value = valueOf(name, base, nullable);
  return { column: name, property, sqlType: sqlTypes[base], nullable, value };
}

function valueOf(name: string, base: FieldBase, nullable: boolean): string {
  if (base === 'reference') return `idOf(object.${name})`;
  if (base === 'number') return nullable ? `object.${name}?.toString() ?? null` : `String(object.${name})`;
  return nullable ? `object.${name} ?? null` : `object.${name}`;
}
