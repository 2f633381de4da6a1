import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AdminAccessModule } from '../admin-access/admin-access.module.js';
import { SignatureModule } from '../signature/signature.module.js';
import { DecisionsController } from './admin/decisions.controller.js';
import { SpendingRulesAdmin } from './admin/spending-rules.admin.js';
import { SpendingRulesController } from './admin/spending-rules.controller.js';
import { AuthorizationDecider } from './authorization-decider.js';
import { DecisionKeeper } from './decision-keeper.js';
import { DecisionLedger } from './decision-ledger.js';
import { IssuingAuthorizationsController } from './issuing-authorizations.controller.js';
import { IssuingReconciliationModule } from './issuing-reconciliation.module.js';
import { PolicyChain } from './policy-chain.js';
import { PolicyRegistry } from './policy-registry.js';
import { Rulings } from './rulings.js';
import { SpendingRule } from './spending-rule.entity.js';
import { SpendingRules } from './spending-rules.js';

@Module({
  imports: [
    SignatureModule,
    AdminAccessModule,
    IssuingReconciliationModule,
    DiscoveryModule,
    TypeOrmModule.forFeature([SpendingRule]),
  ],
  controllers: [IssuingAuthorizationsController, SpendingRulesController, DecisionsController],
  providers: [
    AuthorizationDecider,
    DecisionKeeper,
    DecisionLedger,
    PolicyChain,
    PolicyRegistry,
    Rulings,
    SpendingRules,
    SpendingRulesAdmin,
  ],
})
export class IssuingAuthorizationsModule {}
