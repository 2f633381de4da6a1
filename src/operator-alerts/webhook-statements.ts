/** The statements that move outgoing webhooks from state to state. All times are the database's own. */

const MS = `::float8 * interval '1 millisecond'`;

/** $1 webhook id, $2 type, $3 body. */
export const PUT_WEBHOOK = `INSERT INTO alert_webhook (webhook_id, type, body) VALUES ($1, $2, $3)`;

/** $1 limit. A webhook on which somebody works is due when their lease ends. */
export const DUE_WEBHOOKS = `
  SELECT id, attempts, EXTRACT(epoch FROM clock_timestamp() - due_at)::float8 * 1000 AS "lateMs" FROM alert_webhook
  WHERE status = 'waiting' AND due_at <= clock_timestamp() ORDER BY due_at LIMIT $1`;

/**
 * $1 webhook, $2 attempts made, $3 lease in ms, $4 most attempts, $5 why one is dead whose last worker was lost. The
 * attempt is the fencing token.
 */
export const CLAIM_WEBHOOK = `
  WITH claimed AS (
    UPDATE alert_webhook
    SET attempts = attempts + CASE WHEN attempts < $4 THEN 1 ELSE 0 END,
        status = CASE WHEN attempts < $4 THEN 'waiting' ELSE 'dead' END,
        last_error = CASE WHEN attempts < $4 THEN last_error ELSE $5 END,
        due_at = clock_timestamp() + $3${MS}
    WHERE id = $1 AND attempts = $2 AND status = 'waiting' AND due_at <= clock_timestamp()
    RETURNING *
  )
  SELECT id, attempts, status, webhook_id AS "webhookId", type, body FROM claimed`;

/** $1 webhook. Not fenced: the receiver has taken it, whoever looks after it by now. */
export const SENT_WEBHOOK = `
  UPDATE alert_webhook SET status = 'sent', sent_at = clock_timestamp(), last_error = NULL
  WHERE id = $1 AND status <> 'sent'`;

/** $1 webhook, $2 attempt, $3 next status, $4 wait in ms, $5 error. */
export const FAILED_WEBHOOK = `
  UPDATE alert_webhook SET status = $3, due_at = clock_timestamp() + $4${MS}, last_error = $5
  WHERE id = $1 AND attempts = $2 AND status = 'waiting'`;

/** $1 webhook. Only a dead one: on a waiting one somebody may be at work. */
export const RETRY_WEBHOOK = `
  WITH retried AS (
    UPDATE alert_webhook SET status = 'waiting', attempts = 0, due_at = clock_timestamp()
    WHERE id = $1 AND status = 'dead' RETURNING id
  ) SELECT id FROM retried`;

const VIEW = `
  id, webhook_id AS "webhookId", type, status, attempts,
  CASE WHEN status = 'waiting' THEN due_at END AS "nextAttemptAt", last_error AS "lastError",
  created_at AS "createdAt", sent_at AS "sentAt"`;

/** $1 status or null, $2 the id before or null, $3 limit. Newest first. */
export const LIST_WEBHOOKS = `
  SELECT ${VIEW} FROM alert_webhook
  WHERE ($1::text IS NULL OR status = $1) AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3`;

/** $1 webhook. */
export const FIND_WEBHOOK = `SELECT ${VIEW} FROM alert_webhook WHERE id = $1`;

/** Only what is not done, which a partial index holds. */
export const COUNT_WEBHOOKS = `
  SELECT status, count(*)::int AS webhooks FROM alert_webhook WHERE status <> 'sent' GROUP BY status`;
