/** One decision as operators see it. Amounts are in the smallest unit of `currency`. */
export interface DecisionRow {
  eventId: string;
  authorizationId: string | null;
  cardId: string | null;
  cardholderId: string | null;
  account: string | null;
  livemode: boolean;
  decidedAt: Date;
  currency: string | null;
  asked: number | null;
  approved: boolean;
  granted: number;
  held: number;
  reason: string;
  policy: string | null;
  fallback: boolean;
  latencyMs: number;
  shadow: object[];
  outcome: 'pending' | 'match' | 'mismatch';
  appliedReason: string | null;
  appliedApproved: boolean | null;
}

export interface DecisionFilter {
  outcome?: string;
  card?: string;
  authorization?: string;
  /** Only decisions of these connected accounts; `null` for all, and for the platform's own. */
  accounts?: readonly string[] | null;
  /** Event id of the decision to start behind. */
  after?: string;
  limit?: number;
}

type Query = (text: string, values: unknown[]) => Promise<DecisionRow[]>;

/** The decisions that fit a filter, newest first. */
export async function listDecisions(query: Query, filter: DecisionFilter): Promise<DecisionRow[]> {
  const values: unknown[] = [];
  const visible = filter.accounts ? `account = ANY ($${values.push(filter.accounts)})` : 'true';
  const conditions = [
    visible,
    filter.outcome && `outcome = $${values.push(filter.outcome)}`,
    filter.card && `card_id = $${values.push(filter.card)}`,
    filter.authorization && `authorization_id = $${values.push(filter.authorization)}`,
    filter.after &&
      `(decided_at, event_id) < (SELECT decided_at, event_id FROM issuing_decision WHERE event_id = $${values.push(filter.after)} AND ${visible})`,
  ].filter(Boolean);
  return query(
    `SELECT event_id AS "eventId", authorization_id AS "authorizationId", card_id AS "cardId",
            cardholder_id AS "cardholderId", account, livemode, decided_at AS "decidedAt", currency,
            asked::float8 AS asked, approved, granted::float8 AS granted, held::float8 AS held, reason, policy, fallback,
            latency_ms AS "latencyMs", shadow, outcome, applied_reason AS "appliedReason",
            applied_approved AS "appliedApproved"
     FROM issuing_decision WHERE ${conditions.join(' AND ')}
     ORDER BY decided_at DESC, event_id DESC LIMIT $${values.push(filter.limit ?? 50)}`,
    values,
  );
}
