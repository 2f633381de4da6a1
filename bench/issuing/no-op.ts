import { Controller, HttpCode, Module, Post } from '@nestjs/common';
import {
  abstain,
  type AuthorizationPolicy,
  type AuthorizationRequest,
  IssuingPolicy,
  type PolicyContext,
  type Verdict,
} from '../../src/issuing-authorizations/index.js';
import { SignatureModule } from '../../src/signature/signature.module.js';
import { SignedBytesBy } from '../../src/signature/signed-by.decorator.js';

/** What a signed request costs before anybody decides anything: the measure for the decisions. */
@Controller('bench/no-op')
class NoOpController {
  @Post()
  @HttpCode(200)
  @SignedBytesBy('issuing')
  answer(): { approved: boolean } {
    return { approved: true };
  }
}

/** Cards for which the policy below asks the ledger. */
export const ASKING_CARD = 'ic_asks_';

const MONTH_MS = 30 * 24 * 60 * 60 * 1_000;

@IssuingPolicy({ id: 'bench.velocity', order: 1 })
class AsksLedger implements AuthorizationPolicy {
  async decide({ cardId, currency }: AuthorizationRequest, { ledger }: PolicyContext): Promise<Verdict> {
    if (cardId.startsWith(ASKING_CARD)) {
      await ledger.granted({ cardId }, currency, new Date(Date.now() - MONTH_MS));
    }
    return abstain();
  }
}

@Module({ imports: [SignatureModule], controllers: [NoOpController], providers: [AsksLedger] })
class BenchModule {}

export const features = [BenchModule];
