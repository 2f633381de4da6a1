import type { ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard } from '@nestjs/throttler';
import { Problem } from '../http/problem.js';
import type { AppHttpRequest } from './signed-request.context.js';

/** Limits each account, whoever of its users asks and whatever for. It counts in this process. */
export class AccountThrottlerGuard extends ThrottlerGuard {
  protected override getTracker({ signedRequest }: AppHttpRequest): Promise<string> {
    return Promise.resolve(signedRequest?.accountId ?? '');
  }

  /** Not per route, as it would be by default. */
  protected override generateKey(_context: ExecutionContext, account: string, throttler: string): string {
    return `${throttler} ${account}`;
  }

  protected override throwThrottlingException(
    _context: ExecutionContext,
    { timeToBlockExpire }: { timeToBlockExpire: number },
  ): Promise<void> {
    throw new Problem(
      429,
      'app_rate_limited',
      'Too many requests for this account (APP_REQUESTS_PER_MINUTE).',
      {
        headers: { 'Retry-After': String(Math.max(1, timeToBlockExpire)) },
      },
    );
  }
}
