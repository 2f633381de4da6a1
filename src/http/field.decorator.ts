import 'reflect-metadata';
import type { Type } from '@nestjs/common';

const FIELD = 'turnpike:field';
const FIELD_NAMES = 'turnpike:field-names';

/** What TypeScript and class-validator do not say about a field already. */
export interface FieldOptions {
  /** Class of the value, `[Class]` for a list. Needed for nested classes, unions and what may be `null`. */
  type?: Type | [Type];
  /** For an object with any names: the class of its values. */
  values?: Type;
  /** Any JSON: what a class cannot tell. */
  json?: boolean;
  enum?: readonly (string | number)[];
  nullable?: boolean;
  /** Whether it may be absent. Known already where class-validator has `IsOptional`. */
  optional?: boolean;
  example?: unknown;
  default?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

export type DescribedField = FieldOptions & { description: string };

/**
 * Describes a field of a query, a body or an answer for the OpenAPI contract. Plain metadata: what makes a document of it
 * is loaded when somebody asks for the document.
 *
 * @example \@Field('Connected account', { type: String, nullable: true }) account: string | null;
 */
export const Field =
  (description: string, options: FieldOptions = {}): PropertyDecorator =>
  (target, property) => {
    Reflect.defineMetadata(FIELD, { ...options, description } satisfies DescribedField, target, property);
    Reflect.defineMetadata(FIELD_NAMES, [...fieldNames(target), String(property)], target);
  };

/** The described fields of a class, inherited ones first. */
export const fieldNames = (prototype: object): string[] =>
  (Reflect.getMetadata(FIELD_NAMES, prototype) ?? []) as string[];

export const describedField = (prototype: object, name: string): DescribedField | undefined =>
  Reflect.getMetadata(FIELD, prototype, name) as DescribedField | undefined;
