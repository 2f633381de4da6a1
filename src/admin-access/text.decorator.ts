import { applyDecorators } from '@nestjs/common';
import { IsString, Length, ValidateBy } from 'class-validator';

/** NUL, which Postgres refuses, and half of a surrogate pair, which no text has. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

const isStorable = {
  name: 'isStorable',
  validator: {
    validate: (value: unknown) => typeof value === 'string' && !UNSTORABLE.test(value),
    defaultMessage: () => '$property must not contain NUL or half a surrogate pair',
  },
};

/** A field with a text of this many characters. */
export const Text = (min: number, max: number): PropertyDecorator =>
  applyDecorators(IsString(), Length(min, max), ValidateBy(isStorable));
