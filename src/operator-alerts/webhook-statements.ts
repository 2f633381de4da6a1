import { outboxStatements } from '../outbox/outbox-statements.js';

/** $1 webhook id, $2 type, $3 body. */
export const PUT_WEBHOOK = `INSERT INTO alert_webhook (webhook_id, type, body) VALUES ($1, $2, $3)`;

export const ALERT_WEBHOOKS = outboxStatements('alert_webhook', `webhook_id AS "webhookId", type, body`);

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
