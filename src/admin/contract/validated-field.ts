import { getMetadataStorage } from 'class-validator';

/** What class-validator asks of a field, in the words of JSON Schema. */
export interface ValidatedField {
  /** Keywords of the value itself; of a list, of each of its elements. */
  value: Record<string, unknown>;
  /** Keywords of the list, where the value is one. */
  list?: Record<string, unknown>;
  optional: boolean;
}

type Keywords = (constraints: unknown[]) => Record<string, unknown>;

const ofValue: Record<string, Keywords> = {
  isString: () => ({ type: 'string' }),
  isNotEmpty: () => ({ minLength: 1 }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isObject: () => ({ type: 'object' }),
  isDate: () => ({ type: 'string', format: 'date-time' }),
  isIso8601: () => ({ type: 'string', format: 'date-time' }),
  isDateString: () => ({ type: 'string', format: 'date-time' }),
  isIn: ([values]) => ({ enum: values }),
  isEnum: ([, values]) => ({ enum: values }),
  equals: ([value]) => ({ const: value }),
  min: ([minimum]) => ({ minimum }),
  max: ([maximum]) => ({ maximum }),
  isLength: ([minLength, maxLength]) => ({ type: 'string', minLength, maxLength }),
  minLength: ([minLength]) => ({ type: 'string', minLength }),
  maxLength: ([maxLength]) => ({ type: 'string', maxLength }),
  matches: ([pattern]) => ({ type: 'string', pattern: pattern instanceof RegExp ? pattern.source : pattern }),
};

const ofList: Record<string, Keywords> = {
  isArray: () => ({}),
  arrayMinSize: ([minItems]) => ({ minItems }),
  arrayMaxSize: ([maxItems]) => ({ maxItems }),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayUnique: () => ({ uniqueItems: true }),
};

/** The fields that class-validator checks, by name. */
export function validatedFields(target: new () => unknown): Map<string, ValidatedField> {
  const fields = new Map<string, ValidatedField>();
  for (const rule of getMetadataStorage().getTargetValidationMetadatas(target, '', false, false)) {
    const field = fields.get(rule.propertyName) ?? { value: {}, optional: false };
    fields.set(rule.propertyName, field);
    const name = rule.name ?? rule.type;
    const constraints = (rule.constraints ?? []) as unknown[];
    if (name === 'isOptional') field.optional = true;
    if (ofList[name] || rule.each) field.list = { ...field.list, ...ofList[name]?.(constraints) };
    Object.assign(field.value, ofValue[name]?.(constraints));
  }
  return fields;
}
