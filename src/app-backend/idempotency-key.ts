import { createHash } from 'node:crypto';
import type { SignedRequest } from './signed-request.js';

/**
 * The key that makes a repeated creation the same creation at Stripe.
 *
 * @param route - tells it from creations of other routes
 * @param chosen - the UI's own name for this creation, for repeating it with a new signature; without one, the
 * signature stands for it
 * @example stripe.for(request).refunds.create(refund, { idempotencyKey: idempotencyKey('refunds', request, chosen) })
 */
export function idempotencyKey(
  route: string,
  { accountId, fingerprint }: SignedRequest,
  chosen?: string,
): string {
  const identity = JSON.stringify([route, accountId, chosen === undefined ? { fingerprint } : { chosen }]);
  return `turnpike-app-${createHash('sha256').update(identity).digest('hex')}`;
}
