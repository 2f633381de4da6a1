import { Module } from '@nestjs/common';
import { APP_FILTER, DiscoveryModule } from '@nestjs/core';
import { ConnectionDrain } from './connection-drain.js';
import { ProblemFilter } from './problem.filter.js';
import { RouteAccessCheck } from './route-access.check.js';

@Module({
  imports: [DiscoveryModule],
  providers: [{ provide: APP_FILTER, useClass: ProblemFilter }, ConnectionDrain, RouteAccessCheck],
})
export class HttpModule {}
