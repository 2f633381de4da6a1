import { Module } from '@nestjs/common';
import {
  abstain,
  type AuthorizationPolicy,
  type AuthorizationRequest,
  IssuingPolicy,
  type Verdict,
} from '../../src/issuing-authorizations/index.js';

/** Each bad policy leaves the cards of the others alone. */
export const badCards = {
  skipped: 'ic_hangs_skipped',
  fallback: 'ic_hangs_fallback',
  endless: 'ic_hangs_endless',
  blocks: 'ic_blocks',
} as const;

const BLOCK_MS = 300;
const BLOCK_EVERY = 60;

const hangs = (card: string, request: AuthorizationRequest): Promise<Verdict> | Verdict =>
  request.cardId === card ? new Promise(() => undefined) : abstain();

@IssuingPolicy({ id: 'test.skipped', order: 1, onFailure: 'skip' })
class HangsSkipped implements AuthorizationPolicy {
  decide(request: AuthorizationRequest) {
    return hangs(badCards.skipped, request);
  }
}

@IssuingPolicy({ id: 'test.fallback', order: 2, onFailure: 'fallback' })
class HangsFallback implements AuthorizationPolicy {
  decide(request: AuthorizationRequest) {
    return hangs(badCards.fallback, request);
  }
}

/** May take longer than there is. */
@IssuingPolicy({ id: 'test.endless', order: 3, onFailure: 'skip', timeoutMs: 60_000 })
class HangsEndless implements AuthorizationPolicy {
  decide(request: AuthorizationRequest) {
    return hangs(badCards.endless, request);
  }
}

/** Now and then it keeps the whole process from doing anything else. */
@IssuingPolicy({ id: 'test.blocks', order: 4 })
class Blocks implements AuthorizationPolicy {
  private asked = 0;

  decide({ cardId }: AuthorizationRequest): Verdict {
    if (cardId === badCards.blocks && ++this.asked % BLOCK_EVERY === 0) {
      const end = performance.now() + BLOCK_MS;
      while (performance.now() < end);
    }
    return abstain();
  }
}

@Module({ providers: [HangsSkipped, HangsFallback, HangsEndless, Blocks] })
class BadPoliciesModule {}

export const features = [BadPoliciesModule];
