import type { Blueprint } from '../blueprint.js';

export const moduleTemplate = ({ name, prefix }: Blueprint): string => `
import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ${prefix}Record } from './${name}-record.entity.js';
import { ${prefix}Handlers } from './${name}.handlers.js';

@Module({
  imports: [TypeOrmModule.forFeature([${prefix}Record])],
  providers: [${prefix}Handlers],
})
export class ${prefix}Module {}
`;
