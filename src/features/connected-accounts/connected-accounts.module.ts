import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminAccessModule } from '../../admin-access/index.js';
import { AccountErasure } from './account-erasure.js';
import { ConnectedAccount } from './connected-account.entity.js';
import { ConnectedAccounts } from './connected-accounts.js';
import { ConnectedAccountsController } from './connected-accounts.controller.js';
import { ConnectedAccountsHandlers } from './connected-accounts.handlers.js';
import { DisconnectedAccounts } from './disconnected-accounts.js';

@Module({
  imports: [TypeOrmModule.forFeature([ConnectedAccount]), AdminAccessModule],
  controllers: [ConnectedAccountsController],
  providers: [AccountErasure, ConnectedAccounts, ConnectedAccountsHandlers, DisconnectedAccounts],
})
export class ConnectedAccountsModule {}
