import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CONFIG } from '../config/config.module.js';
import type { Config } from '../config/env.js';
import { dataSourceOptions } from './data-source-options.js';

/** Connections beyond those that handler runs hold: claims, sweeps, health and admin. */
const SPARE_CONNECTIONS = 6;

@Module({})
export class DatabaseModule {
  static register(): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          inject: [CONFIG],
          useFactory: (config: Config) => ({
            ...dataSourceOptions(
              config.DATABASE_URL,
              (config.ROLE === 'api' ? 0 : config.WORKER_CONCURRENCY) + SPARE_CONNECTIONS,
            ),
            autoLoadEntities: true,
            retryAttempts: 10,
            retryDelay: 1_000,
          }),
        }),
      ],
    };
  }
}
