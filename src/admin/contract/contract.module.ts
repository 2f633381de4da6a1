import { Module } from '@nestjs/common';
import { AdminAccessModule } from '../../admin-access/admin-access.module.js';
import { ContractController } from './contract.controller.js';
import { OpenApiContract } from './openapi-contract.js';

/** What the admin API is, for programs and for people. */
@Module({
  imports: [AdminAccessModule],
  controllers: [ContractController],
  providers: [OpenApiContract],
})
export class ContractModule {}
