import { applyDecorators } from '@nestjs/common';
import { IsOptional } from 'class-validator';
import { Field } from '../http/field.decorator.js';
import { Text } from './text.decorator.js';

/** The field `reason` of a change. */
export const Reason = (): PropertyDecorator =>
  applyDecorators(Field('Why, for the audit log', { example: 'ticket 4711' }), IsOptional(), Text(1, 500));
