import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { LOGGER, loggable, type Logger } from '../logging/logger.js';
import { ensurePartitions } from './partitions.js';

const EVERY_MS = 600_000;

/** Keeps the monthly partitions ahead of time. Until one is made, the default partition takes its events. */
@Injectable()
export class PartitionSchedule implements OnApplicationBootstrap {
  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.ensure();
  }

  @Interval(EVERY_MS)
  async ensure(): Promise<void> {
    try {
      const made = await ensurePartitions(this.dataSource.manager, new Date());
      if (made.length > 0) this.logger.info({ partitions: made }, 'event partitions made');
    } catch (error) {
      this.logger.error(
        { error: loggable(error) },
        'event partitions could not be made; trying again in ten minutes',
      );
    }
  }
}
