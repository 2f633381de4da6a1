import type { AuthorizationRequest } from './authorization-request.js';
import type { RulePeriod, SpendingRule } from './spending-rule.entity.js';

/** A share of a rule's total that an approval takes; the key of a row of `spending_total`. */
export interface Reservation {
  ruleId: string;
  scopeKey: string;
  /** First day of the period, in UTC. */
  periodStart: string;
}

/** Whether a rule concerns this request at all. */
export function concerns(
  rule: SpendingRule,
  { livemode, cardId, cardholderId }: AuthorizationRequest,
): boolean {
  if (rule.livemode !== livemode) return false;
  if (rule.scope === 'platform') return true;
  const id = rule.scope === 'card' ? cardId : cardholderId;
  return id !== null && (rule.scopeId ?? id) === id;
}

/** What of the request itself a rule forbids; `undefined` when it may pass. Totals are checked on reservation. */
export function violation(rule: SpendingRule, request: AuthorizationRequest): string | undefined {
  const { category, categoryCode, country } = request.merchant;
  const whole = request.authorized + request.amount;
  if (rule.maxAmount !== null && rule.currency === request.currency && whole > rule.maxAmount) {
    return 'amount';
  }
  if (refuses(rule.allowedCategories, rule.blockedCategories, [category, categoryCode]))
    return 'merchant category';
  if (refuses(rule.allowedCountries, rule.blockedCountries, [country])) return 'merchant country';
  if (refuses(rule.allowedMethods, rule.blockedMethods, [request.method])) return 'authorization method';
  if (refuses(rule.allowedPresence, rule.blockedPresence, [request.presence])) return 'card presence';
  return undefined;
}

/** The total of a rule that an approval takes from; `undefined` where it has none for this currency. */
export function reservationFor(
  rule: SpendingRule,
  request: AuthorizationRequest,
  now: Date,
): Reservation | undefined {
  if (rule.period === null) return undefined;
  if (rule.currency !== null && rule.currency !== request.currency) return undefined;
  const scopeKey =
    rule.scope === 'platform'
      ? 'platform'
      : ((rule.scope === 'card' ? request.cardId : request.cardholderId) ?? '');
  return { ruleId: rule.id, scopeKey, periodStart: periodStart(rule.period, now) };
}

/** What is not named in a list of allowed values is forbidden, and so is what Stripe does not tell. */
function refuses(allowed: string[] | null, blocked: string[] | null, values: (string | null)[]): boolean {
  const listed = (list: string[]) => values.some((value) => value !== null && list.includes(value));
  return (allowed !== null && !listed(allowed)) || (blocked !== null && listed(blocked));
}

/** Days begin at midnight UTC, weeks on Monday. */
export function periodStart(period: RulePeriod, now: Date): string {
  const day = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
  if (period === 'month') day.setUTCDate(1);
  if (period === 'week') day.setUTCDate(day.getUTCDate() - ((day.getUTCDay() + 6) % 7));
  return day.toISOString().slice(0, 10);
}
