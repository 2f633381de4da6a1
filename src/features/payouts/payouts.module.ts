import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminAccessModule } from '../../admin-access/index.js';
import { StripeModule } from '../../stripe/stripe.module.js';
import { AccountContacts } from './account-contacts.js';
import { PayoutProblemsController } from './admin/payout-problems.controller.js';
import { PayoutReader } from './admin/payout-reader.js';
import { PayoutsController } from './admin/payouts.controller.js';
import { ExternalAccountProblem } from './external-account-problem.entity.js';
import { ExternalAccounts } from './external-accounts.js';
import { Notices } from './notices.js';
import { PayoutLedger } from './payout-ledger.js';
import { PayoutNotice } from './payout-notice.entity.js';
import { PayoutNoticesHandlers } from './payout-notices.handlers.js';
import { Payout } from './payout.entity.js';
import { PayoutsErasure } from './payouts-erasure.js';
import { PayoutsHandlers } from './payouts.handlers.js';

@Module({
  imports: [
    AdminAccessModule,
    StripeModule,
    TypeOrmModule.forFeature([Payout, PayoutNotice, ExternalAccountProblem]),
  ],
  controllers: [PayoutsController, PayoutProblemsController],
  providers: [
    AccountContacts,
    ExternalAccounts,
    Notices,
    PayoutLedger,
    PayoutNoticesHandlers,
    PayoutReader,
    PayoutsErasure,
    PayoutsHandlers,
  ],
})
export class PayoutsModule {}
