import { Module } from '@nestjs/common';
import { DecisionErasure } from './decision-erasure.js';
import { IssuingMetrics } from './issuing-metrics.js';
import { Reconciliation } from './reconciliation.js';
import { ReconciliationHandlers } from './reconciliation.handlers.js';

/** What happens to decisions later: in every role, because events tell it. */
@Module({
  providers: [DecisionErasure, IssuingMetrics, Reconciliation, ReconciliationHandlers],
  exports: [IssuingMetrics, Reconciliation],
})
export class IssuingReconciliationModule {}
