import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { EventIngest } from './event-ingest.js';
import { LimitedReads } from './limited-reads.js';
import { PartitionSchedule } from './partition-schedule.js';
import { StripeEvent } from './stripe-event.entity.js';

@Module({
  imports: [TypeOrmModule.forFeature([StripeEvent])],
  providers: [EventIngest, LimitedReads, PartitionSchedule],
  exports: [EventIngest, LimitedReads],
})
export class EventStoreModule {}
