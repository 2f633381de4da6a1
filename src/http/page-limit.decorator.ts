import { applyDecorators } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { Field } from './field.decorator.js';

/** The query parameter `limit` of a list: 1 to 200 entries, 50 unless it is given. */
export const PageLimit = (): PropertyDecorator =>
  applyDecorators(
    Field('Most entries of the page', { default: 50 }),
    IsOptional(),
    Type(() => Number),
    IsInt(),
    Min(1),
    Max(200),
  );
