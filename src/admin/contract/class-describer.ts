import type { Type } from '@nestjs/common';
import type { ApiProperty, ApiPropertyOptions } from '@nestjs/swagger';
import { type DescribedField, describedField, fieldNames } from '../../http/field.decorator.js';
import { type ValidatedField, validatedFields } from './validated-field.js';

const primitives = new Map<unknown, Record<string, unknown>>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
  [Date, { type: 'string', format: 'date-time' }],
  [Object, { type: 'object', additionalProperties: true }],
]);

/** Stands for a type that is any: @nestjs/swagger wants one. */
export const ANYTHING = 'anything';

/** Tells @nestjs/swagger what `@Field` and class-validator say of classes, and of the classes in them. */
export class ClassDescriber {
  private readonly known = new Set<Type>();
  private readonly named = new Map<string, Type>();

  constructor(private readonly property: typeof ApiProperty) {}

  /** The classes that become schemas. */
  get schemas(): Type[] {
    return [...this.named.values()];
  }

  /** @throws Error when another class is a schema with the same name */
  describeSchema(target: unknown): void {
    if (!isDescribable(target)) return;
    const { name } = target;
    if ((this.named.get(name) ?? target) !== target) throw new Error(ambiguous(name));
    this.named.set(name, target);
    this.describe(target);
  }

  describe(target: unknown): void {
    if (!isDescribable(target) || this.known.has(target)) return;
    this.known.add(target);
    const { prototype } = target;
    const validated = validatedFields(target);
    for (const name of new Set([...fieldNames(prototype), ...validated.keys()])) {
      const field = describedField(prototype, name);
      const declared: unknown = Reflect.getMetadata('design:type', prototype, name);
      for (const nested of [field?.type ?? declared, field?.values].flat()) this.describeSchema(nested);
      this.property(propertyOptions(declared, field, validated.get(name)))(prototype, name);
    }
  }
}

const isDescribable = (value: unknown): value is Type<object> =>
  typeof value === 'function' && value !== Array && !primitives.has(value);

const ambiguous = (name: string) =>
  `Two classes of the admin API are called ${name}: rename one, for the OpenAPI contract has both.`;

function propertyOptions(
  declared: unknown,
  field: Partial<DescribedField> = {},
  { value, list, optional: unchecked = false }: Partial<ValidatedField> = {},
): ApiPropertyOptions {
  const { type: given, values, optional = unchecked, enum: names, json, ...keywords } = field;
  const isList = Array.isArray(given) || list !== undefined || declared === Array;
  const element: unknown = Array.isArray(given) ? given[0] : (given ?? (isList ? String : declared));
  const schema = {
    // TypeScript says `Object` of a union, which only means that it cannot say.
    ...((given || element !== Object) && primitives.get(element)),
    ...value,
    ...(values && { type: 'object', additionalProperties: primitives.get(values) ?? referenceTo(values) }),
    ...enumeration(names ?? value?.enum),
  };
  const shape = json ? { type: ANYTHING } : shapeOf(schema, element, isList, list);
  return { ...shape, ...keywords, required: !optional };
}

function shapeOf(schema: object, element: unknown, isList: boolean, list: object | undefined): object {
  // A nested class stays a class: the library makes a reference of it.
  if (isDescribable(element) || !('type' in schema)) return { type: element, isArray: isList };
  return isList ? { type: 'array', items: schema, ...list } : schema;
}

const enumeration = (values: unknown) =>
  Array.isArray(values) && { type: typeof values[0], enum: [...(values as unknown[])] };

const referenceTo = ({ name }: Type) => ({ $ref: `#/components/schemas/${name}` });
