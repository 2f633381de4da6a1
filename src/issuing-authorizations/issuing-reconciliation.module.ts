import { Module } from '@nestjs/common';
import { IssuingMetrics } from './issuing-metrics.js';
import { Reconciliation } from './reconciliation.js';
import { ReconciliationHandlers } from './reconciliation.handlers.js';

/** What happens to decisions later: in every role, because events tell it. */
@Module({
  providers: [IssuingMetrics, Reconciliation, ReconciliationHandlers],
  exports: [IssuingMetrics, Reconciliation],
})
export class IssuingReconciliationModule {}
