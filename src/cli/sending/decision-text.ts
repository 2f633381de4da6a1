import { milliseconds } from '../table.js';
import type { Answer } from './sender.js';

/** Stripe does not wait longer for a decision. */
const STRIPE_WAITS_MS = 2_000;

interface Decision {
  approved: boolean;
  amount?: number;
}

/** How an answer is counted: by its decision, where it is one. */
export function outcomeOf(answer: Answer): string {
  if (answer.status === undefined) return answer.reason;
  const decision = decisionIn(answer.body);
  if (!decision) return String(answer.status);
  return `${answer.status} ${decision.approved ? 'approved' : 'declined'}`;
}

/** What an answer to an authorization request means; `undefined` when it is no decision. */
export function decisionText(answer: Answer): string | undefined {
  const decision = answer.status === 200 ? decisionIn(answer.body) : undefined;
  if (!decision) return undefined;
  const { approved, amount } = decision;
  const what = approved ? `approved${amount === undefined ? '' : `, but only ${amount}`}` : 'declined';
  const late = answer.ms > STRIPE_WAITS_MS ? `: too late, Stripe waits ${STRIPE_WAITS_MS / 1_000} s` : '';
  return `${what}, decided in ${milliseconds(answer.ms)}${late}`;
}

function decisionIn(body: string): Decision | undefined {
  try {
    const parsed = JSON.parse(body) as Partial<Decision> | null;
    return typeof parsed?.approved === 'boolean' ? (parsed as Decision) : undefined;
  } catch {
    return undefined;
  }
}
