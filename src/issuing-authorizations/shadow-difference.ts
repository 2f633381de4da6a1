import type { Decision } from './decision.js';
import type { ShadowVerdict } from './policy.js';
import { isRule } from './rulings.js';

/**
 * Whether a shadow policy would have decided otherwise than the policies did. Rules stand above every policy, and a
 * fallback is no decision: there is nothing to differ from.
 */
export function differs({ verdict, amount }: ShadowVerdict, decision: Decision): boolean {
  if (decision.fallback || isRule(decision.policy)) return false;
  switch (verdict) {
    case 'approve':
      return !decision.approved || (amount ?? decision.asked) !== decision.granted;
    case 'decline':
      return decision.approved;
    case 'abstain':
    case 'failed':
      return false;
  }
}
