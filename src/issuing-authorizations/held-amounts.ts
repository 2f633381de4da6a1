/** What Stripe says that it did with one request: an entry of `request_history`. */
export interface AppliedRequest {
  approved: boolean;
  /** `webhook_approved`, `webhook_timeout`, …: an open list. */
  reason: string;
  amount: number;
}

/** How an authorization stood when Stripe last reported it. */
export interface AuthorizationReport {
  status: string;
  approved: boolean;
  amount: number;
  /** The requests that a webhook decided, oldest first: the n-th belongs to the n-th decision. */
  applied: AppliedRequest[];
}

/** The captures of an authorization. */
export interface Settled {
  amount: number;
  count: number;
}

/**
 * What each decision on one authorization holds, oldest first. It depends on what is known and not on the order in
 * which it became known.
 *
 * @param granted - what each decision granted
 * @param report - absent as long as there is none
 */
export function heldAmounts(
  granted: readonly number[],
  report: AuthorizationReport | undefined,
  settled: Settled,
): number[] {
  const approvals = granted.map((amount, i) => approvedAmount(amount, report?.applied[i]));
  // A later, incremental request may be decided already: the report does not know of it.
  const known = approvals.slice(0, report?.applied.length);
  let left = report ? boundAmount(report, settled) : Math.max(sum(known), settled.amount);
  // More than was granted can be captured: the last approval bears it.
  const bearer = known.findLastIndex((amount) => amount > 0);
  const last = bearer < 0 ? known.length - 1 : bearer;
  const held = known.map((amount, i) => {
    const share = i === last ? left : Math.min(left, amount);
    left -= share;
    return share;
  });
  return [...held, ...approvals.slice(known.length)];
}

/** What counts is what Stripe did, where that is known. */
const approvedAmount = (granted: number, applied: AppliedRequest | undefined): number => {
  if (!applied) return granted;
  return applied.approved ? granted || applied.amount : 0;
};

/** What an authorization still binds. https://docs.stripe.com/issuing/purchases/authorizations */
function boundAmount({ status, approved, amount }: AuthorizationReport, settled: Settled): number {
  switch (status) {
    case 'pending':
      return approved ? Math.max(amount, settled.amount) : settled.amount;
    case 'closed':
      return settled.count > 0 || !approved ? settled.amount : amount;
    default:
      return settled.amount;
  }
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
