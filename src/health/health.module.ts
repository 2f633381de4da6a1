import { Module } from '@nestjs/common';
import { RedisModule } from '../event-processing/redis.module.js';
import { HealthController } from './health.controller.js';
import { ReadinessCheck } from './readiness.js';

@Module({ imports: [RedisModule], controllers: [HealthController], providers: [ReadinessCheck] })
export class HealthModule {}
