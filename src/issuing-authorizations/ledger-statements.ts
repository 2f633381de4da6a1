/** The statements of the decision ledger. */

const COLUMNS = `
  event_id, authorization_id, card_id, cardholder_id, account, livemode, requested_at, decided_at, currency, asked,
  approved, granted, partial, metadata, reason, policy, fallback, latency_ms, shadow, reservations, held`;

/** A decision as JSON ($1), turned into a row by Postgres: one parameter, whatever the columns. */
const ROW = `
  SELECT d."eventId", d."authorizationId", d."cardId", d."cardholderId", d.account, d.livemode, d."requestedAt",
         d."decidedAt", d.currency, d.asked, d.approved, d.granted, d.partial, d.metadata, d.reason, d.policy,
         d.fallback, d."latencyMs", d.shadow, d.reservations, d.granted
  FROM jsonb_to_record($1::jsonb) AS d (
    "eventId" text, "authorizationId" text, "cardId" text, "cardholderId" text, account text, livemode boolean,
    "requestedAt" timestamptz, "decidedAt" timestamptz, currency text, asked bigint, approved boolean, granted bigint,
    partial boolean, metadata jsonb, reason text, policy text, fallback boolean, "latencyMs" real, shadow jsonb,
    reservations jsonb)`;

/** Returns no row when the event was decided already. */
export const RECORD = `
  INSERT INTO issuing_decision (${COLUMNS}) ${ROW} ON CONFLICT (event_id) DO NOTHING RETURNING event_id`;

export const REPLACE = `
  INSERT INTO issuing_decision (${COLUMNS}) ${ROW}
  ON CONFLICT (event_id) DO UPDATE SET
    decided_at = EXCLUDED.decided_at, approved = EXCLUDED.approved, granted = EXCLUDED.granted,
    partial = EXCLUDED.partial, metadata = EXCLUDED.metadata, reason = EXCLUDED.reason, policy = EXCLUDED.policy,
    fallback = EXCLUDED.fallback, latency_ms = EXCLUDED.latency_ms, reservations = EXCLUDED.reservations,
    held = EXCLUDED.held`;

const RESERVATIONS = `
  jsonb_to_recordset($1::jsonb) AS r ("ruleId" bigint, "scopeKey" text, "periodStart" date)`;

/**
 * Takes $2 from every total ($1), unless one of them would go over its limit: then it returns fewer rows than totals,
 * and the transaction must be undone. The limits are those of the table, not of a cache. Always in the same order, so
 * that two decisions never wait for each other.
 */
export const RESERVE = `
  INSERT INTO spending_total AS total (rule_id, scope_key, period_start, amount, count)
  SELECT r."ruleId", r."scopeKey", r."periodStart", $2::bigint, 1 FROM ${RESERVATIONS}
  JOIN spending_rule rule ON rule.id = r."ruleId"
  WHERE $2::bigint <= COALESCE(rule.max_total, $2::bigint) AND 1 <= COALESCE(rule.max_count, 1)
  ORDER BY r."ruleId", r."scopeKey"
  ON CONFLICT (rule_id, scope_key, period_start) DO UPDATE
  SET amount = total.amount + EXCLUDED.amount, count = total.count + 1
  WHERE EXISTS (
    SELECT FROM spending_rule rule WHERE rule.id = total.rule_id
    AND total.amount + EXCLUDED.amount <= COALESCE(rule.max_total, total.amount + EXCLUDED.amount)
    AND total.count + 1 <= COALESCE(rule.max_count, total.count + 1))
  RETURNING rule_id`;

/** Changes the totals ($1), each by its own amount and count, whatever the limits: for what has happened anyway. */
export const ADJUST = `
  INSERT INTO spending_total AS total (rule_id, scope_key, period_start, amount, count)
  SELECT c."ruleId", c."scopeKey", c."periodStart", sum(c.amount), sum(c.count)
  FROM jsonb_to_recordset($1::jsonb)
    AS c ("ruleId" bigint, "scopeKey" text, "periodStart" date, amount bigint, count integer)
  WHERE EXISTS (SELECT FROM spending_rule rule WHERE rule.id = c."ruleId")
  GROUP BY 1, 2, 3 HAVING sum(c.amount) <> 0 OR sum(c.count) <> 0 ORDER BY 1, 2, 3
  ON CONFLICT (rule_id, scope_key, period_start) DO UPDATE
  SET amount = total.amount + EXCLUDED.amount, count = total.count + EXCLUDED.count`;

export const FIND = `
  SELECT event_id AS "eventId", approved, granted::float8 AS granted, held::float8 AS held, partial, metadata, reason,
         policy, fallback, reservations
  FROM issuing_decision WHERE event_id = $1`;

export const NOTE_SHADOW = `
  UPDATE issuing_decision SET shadow = $2::jsonb WHERE event_id = $1 RETURNING event_id`;

/** $1 card or null, $2 cardholder or null, $3 currency, $4 since. */
export const GRANTED = `
  SELECT COALESCE(sum(held), 0)::float8 AS amount, count(*)::int AS count FROM issuing_decision
  WHERE (card_id = $1 OR cardholder_id = $2) AND currency = $3 AND decided_at >= $4 AND held > 0`;
