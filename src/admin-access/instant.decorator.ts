import { applyDecorators } from '@nestjs/common';
import { IsISO8601, ValidateBy } from 'class-validator';

/** Only with its offset from UTC is it one instant, whoever reads it. */
const INSTANT = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)$/;

const isInstant = {
  name: 'isInstant',
  validator: {
    validate: (value: unknown) =>
      typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value)),
    defaultMessage: () => '$property must be a time such as 2026-11-22T09:30:00Z',
  },
};

const isInFuture = {
  name: 'isInFuture',
  validator: {
    validate: (value: unknown) => typeof value === 'string' && Date.parse(value) > Date.now(),
    defaultMessage: () => '$property must be in the future',
  },
};

/** A field with a time in ISO 8601. */
export const Instant = (): PropertyDecorator =>
  applyDecorators(IsISO8601({ strict: true, strictSeparator: true }), ValidateBy(isInstant));

/** A field with a time in ISO 8601 that is yet to come. */
export const FutureInstant = (): PropertyDecorator => applyDecorators(Instant(), ValidateBy(isInFuture));
