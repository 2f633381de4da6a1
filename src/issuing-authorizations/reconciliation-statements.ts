/** The statements that keep what Stripe reports, and apply it to the ledger. */

/**
 * Stripe's times are whole seconds. Of two reports of the same second that one is newer which knows of more requests;
 * then the one that is at an end; then the lower amount, because only a request raises it.
 */
const AGE = (row: string) => `
  ${row}.reported_at, jsonb_array_length(${row}.applied), ${row}.status <> 'pending', -${row}.amount`;

export const REPORT = `
  INSERT INTO issuing_authorization AS known (authorization_id, reported_at, status, approved, amount, applied)
  VALUES ($1, $2, $3, $4, $5, $6::jsonb)
  ON CONFLICT (authorization_id) DO UPDATE SET
    reported_at = EXCLUDED.reported_at, status = EXCLUDED.status, approved = EXCLUDED.approved,
    amount = EXCLUDED.amount, applied = EXCLUDED.applied
  WHERE (${AGE('EXCLUDED')}) > (${AGE('known')})`;

export const REPORTED = `
  SELECT reported_at AS "reportedAt", status, approved, amount::float8 AS amount, applied
  FROM issuing_authorization WHERE authorization_id = $1`;

export const SETTLE = `
  INSERT INTO issuing_settlement (transaction_id, authorization_id, amount) VALUES ($1, $2, $3)
  ON CONFLICT DO NOTHING`;

export const SETTLED = `
  SELECT COALESCE(sum(amount), 0)::float8 AS amount, count(*)::int AS count
  FROM issuing_settlement WHERE authorization_id = $1`;

/** Oldest first, locked. */
export const DECISIONS = `
  SELECT event_id AS "eventId", approved, asked::float8 AS asked, granted::float8 AS granted, partial,
         held::float8 AS held, reservations, outcome
  FROM issuing_decision WHERE authorization_id = $1 ORDER BY requested_at, decided_at, event_id FOR UPDATE`;

export const APPLY = `
  UPDATE issuing_decision SET applied_reason = $2, applied_approved = $3, outcome = $4, reconciled_at = $5,
    mismatched_at = CASE WHEN $4 = 'mismatch' THEN COALESCE(mismatched_at, statement_timestamp()) END
  WHERE event_id = $1`;

/** Stripe tells of more requests than the ledger has decisions. */
export const MISS = `
  UPDATE issuing_authorization SET undecided_at = COALESCE(undecided_at, statement_timestamp())
  WHERE authorization_id = $1`;

export const HOLD = `UPDATE issuing_decision SET held = $2 WHERE event_id = $1`;
