import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { BoardChanges } from './board-changes.js';
import { QueueBoard } from './queue-board.js';
import { QueueBoardController } from './queue-board.controller.js';

/** Bull Board: what is in the queues. What became of an event is in Postgres, and elsewhere in the admin API. */
@Module({
  imports: [AdminAccessModule, DiscoveryModule],
  controllers: [QueueBoardController],
  providers: [QueueBoard, BoardChanges],
})
export class QueueBoardModule {}
