import { Module } from '@nestjs/common';

/** The REST API for operators and their scripts. Each part is a module of its own. */
@Module({
  imports: [],
})
export class AdminModule {}
